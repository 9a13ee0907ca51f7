import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Policies';
const At = z.iso.datetime();
const Id = z.object({ id: z.string() });

export const Position = z.object({ line: z.number().int(), column: z.number().int() }).describe('1-based.');

export const Diagnostic = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  code: z.string(),
  message: z.string(),
  keyPath: z.string().nullable(),
  from: Position,
  to: Position,
  fix: z.object({ label: z.string(), contents: z.string().describe('The whole document after the fix.') }).nullable(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

export const PolicyName = z.string().trim().min(1).max(120);
export const PolicyContents = z.string().max(65_536).describe('A requirements.toml document.');

export const PolicySummary = z.object({
  id: z.string(),
  name: PolicyName,
  revision: z.number().int().describe('Grows by one with every change of the document.'),
  isFallback: z.boolean(),
  groups: z.array(z.object({ id: z.string(), name: z.string(), position: z.number().int() })),
  memberCount: z.number().int().describe('Active members whose first match this is.'),
  updatedAt: At,
  updatedBy: z.string().nullable(),
});
export type PolicySummary = z.infer<typeof PolicySummary>;

export const Policy = PolicySummary.extend({ contents: PolicyContents, diagnostics: z.array(Diagnostic) });
export type Policy = z.infer<typeof Policy>;

export const Assignment = z.object({
  groupId: z.string(),
  groupName: z.string(),
  policyId: z.string(),
  policyName: z.string(),
});

export const AssignmentImpact = z.object({
  unchanged: z.number().int(),
  changed: z
    .array(z.object({ from: z.string().nullable(), to: z.string().nullable(), members: z.number().int() }))
    .describe('Policy names; null: no policy.'),
});

export const policies = {
  list: endpoint({
    method: 'GET',
    path: '/policies',
    summary: 'Policies',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(PolicySummary) })),
  presets: endpoint({
    method: 'GET',
    path: '/policies/presets',
    summary: 'Documents to start from',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(z.object({ id: z.string(), name: z.string(), sentence: z.string(), contents: z.string() })),
    }),
  ),
  validate: endpoint({
    method: 'POST',
    path: '/policies/validation',
    summary: 'Check a document',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
  })
    .input(z.object({ contents: z.string().max(1_000_000) }))
    .output(z.object({ diagnostics: z.array(Diagnostic) })),
  get: endpoint({
    method: 'GET',
    path: '/policies/{id}',
    summary: 'One policy',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(Id)
    .output(Policy),
  create: endpoint({
    method: 'POST',
    path: '/policies',
    summary: 'Write a policy',
    tag,
    allow: 'policies.write',
    audit: 'policy.created',
  })
    .input(z.object({ name: PolicyName, contents: PolicyContents }))
    .output(Policy),
  update: endpoint({
    method: 'PATCH',
    path: '/policies/{id}',
    summary: 'Change a policy',
    tag,
    allow: 'policies.write',
    audit: 'policy.updated',
  })
    .input(
      Id.extend({
        expectedRevision: z.number().int().describe('The revision that was edited; another one answers `conflict`.'),
        name: PolicyName.optional(),
        contents: PolicyContents.optional(),
      }),
    )
    .output(Policy),
  remove: endpoint({
    method: 'DELETE',
    path: '/policies/{id}',
    summary: 'Delete a policy that is not in use',
    tag,
    allow: 'policies.write',
    audit: 'policy.deleted',
  })
    .input(Id)
    .output(z.object({})),
  assignments: endpoint({
    method: 'GET',
    path: '/policy-assignments',
    summary: 'The order in which policies apply',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(
    z.object({ items: z.array(Assignment), fallbackPolicyId: z.string().nullable(), version: z.number().int() }),
  ),
  previewAssignments: endpoint({
    method: 'POST',
    path: '/policy-assignments/preview',
    summary: 'Who would get another policy',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
  })
    .input(
      z.object({
        items: z.array(z.object({ groupId: z.string(), policyId: z.string() })).max(1000),
        fallbackPolicyId: z.string().nullable(),
      }),
    )
    .output(AssignmentImpact),
  assign: endpoint({
    method: 'PUT',
    path: '/policy-assignments',
    summary: 'Set order and fallback',
    tag,
    allow: 'policies.write',
    audit: 'policy.assignments-changed',
  })
    .input(
      z.object({
        items: z
          .array(z.object({ groupId: z.string(), policyId: z.string() }))
          .max(1000)
          .describe('First match wins.'),
        fallbackPolicyId: z.string().nullable(),
        expectedVersion: z.number().int(),
      }),
    )
    .output(z.object({ version: z.number().int() })),
  lookUp: endpoint({
    method: 'GET',
    path: '/policy-lookup',
    summary: 'Which policy applies to a group or an e-mail, and why',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(z.object({ email: z.string().max(254).optional(), groupId: z.string().optional() }))
    .output(
      z.object({
        subject: z.string(),
        policy: z.object({ id: z.string(), name: z.string() }).nullable(),
        because: z.string(),
        tried: z.array(z.object({ groupName: z.string(), policyName: z.string(), matched: z.boolean() })),
      }),
    ),
};
