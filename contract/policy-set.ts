import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import {
  Diagnostic,
  PolicyContents,
  PolicyDefaults,
  PolicyImpact,
  PolicyName,
  PolicyPart,
  PolicyTestResult,
  policyTag as tag,
} from './policy-documents.ts';

export const PolicySetTest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    group: z.string().nullable(),
    command: z.string().min(1).max(2000),
    expect: z.enum(['prompt', 'forbidden', 'no-rule']),
  }),
  z.object({
    kind: z.literal('setting'),
    group: z.string().nullable(),
    key: z.string().min(1).max(200),
    expect: z.enum(['is', 'contains', 'lacks']),
    value: z.string().max(2000),
  }),
]);

/** All policies and their order, by name instead of id: what a folder holds. */
export const PolicySet = z.object({
  policies: z
    .array(
      z.object({
        name: PolicyName,
        contents: PolicyContents,
        defaults: PolicyDefaults.default(''),
        tests: z.array(PolicySetTest).max(200).default([]),
        contact: z.string().trim().max(500).default(''),
        explainsRules: z.boolean().default(false),
      }),
    )
    .max(1000),
  assignment: z.object({
    order: z.array(z.object({ group: z.string().max(200), policy: PolicyName })).max(10_000),
    fallback: PolicyName.nullable(),
    baseline: PolicyName.nullable().default(null),
  }),
});
export type PolicySetTest = z.infer<typeof PolicySetTest>;
export type PolicySet = z.infer<typeof PolicySet>;

export const PolicySetPlan = z.object({
  release: z.number().int().describe('The state the plan was made against; `apply` names it.'),
  isEmpty: z.boolean(),
  policies: z.array(
    z.object({
      name: z.string(),
      change: z.enum(['create', 'update', 'delete', 'keep']),
      parts: z.array(z.enum(['name', 'contents', 'defaults', 'tests', 'contact', 'explainsRules'])),
      diagnostics: z.array(Diagnostic.extend({ part: PolicyPart })),
      tests: z.array(PolicyTestResult),
    }),
  ),
  order: z.array(
    z.object({
      change: z.enum(['add', 'remove', 'move', 'replace']),
      group: z.string(),
      from: z.string().nullable().describe('Policy before.'),
      to: z.string().nullable().describe('Policy after.'),
    }),
  ),
  fallback: z.object({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
  baseline: z.object({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
  impact: PolicyImpact.nullable().describe('Null: the problems leave open who would get what.'),
  problems: z.array(z.string()).describe('Why it cannot be applied; empty: it can.'),
});
export type PolicySetPlan = z.infer<typeof PolicySetPlan>;

/** Hundreds of documents and thousands of rules in one call. */
const maxBodyBytes = 16 * 1024 * 1024;

export const policySet = {
  read: endpoint({
    method: 'GET',
    path: '/policy-set',
    summary: 'Everything that is published, as one set',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(PolicySet.extend({ release: z.number().int(), managedBy: z.string().nullable() })),
  plan: endpoint({
    method: 'POST',
    path: '/policy-set/plan',
    summary: 'What applying a set would change, and for whom',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
    maxBodyBytes,
  })
    .input(PolicySet)
    .output(PolicySetPlan),
  apply: endpoint({
    method: 'PUT',
    path: '/policy-set',
    summary: 'Make the published policies and their order exactly this set, all or nothing',
    tag,
    allow: 'policies.write',
    audit: 'policy.set-applied',
    orAudit: 'policy.set-unchanged',
    maxBodyBytes,
  })
    .input(
      PolicySet.extend({
        expectedRelease: z.number().int().optional().describe('From the plan; another state answers `conflict`.'),
        message: z.string().trim().min(1).max(500),
        deletes: z.boolean().default(false).describe('Policies that are not in the set are deleted; else they stay.'),
      }),
    )
    .output(z.object({ release: z.number().int(), changed: z.boolean(), plan: PolicySetPlan })),
};
