import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import { At, PolicyImpact, PolicyTestResult, policyTag as tag } from './policy-documents.ts';

export const Assignment = z.object({
  groupId: z.string(),
  groupName: z.string(),
  policyId: z.string(),
  policyName: z.string(),
});

const Order = z.object({
  items: z
    .array(z.object({ groupId: z.string(), policyId: z.string() }))
    .max(10_000)
    .describe('First match wins; a group stands in it once.'),
  fallbackPolicyId: z.string().nullable(),
  baselinePolicyId: z
    .string()
    .nullable()
    .default(null)
    .describe('Sent under everything else to everybody; clients fill in from it what a policy leaves open.'),
});

export const OrderPreview = PolicyImpact.extend({
  tests: z
    .array(PolicyTestResult.extend({ policyName: z.string() }))
    .describe('Tests of assigned policies that pass now and would fail.'),
  warnings: z.array(z.string()),
});

export const policyOrder = {
  assignments: endpoint({
    method: 'GET',
    path: '/policy-assignments',
    summary: 'The order in which policies apply',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(Assignment.extend({ memberCount: z.number().int().describe('Active members it decides for.') })),
      fallbackPolicyId: z.string().nullable(),
      baselinePolicyId: z.string().nullable(),
      version: z.number().int(),
    }),
  ),
  previewAssignments: endpoint({
    method: 'POST',
    path: '/policy-assignments/preview',
    summary: 'Who would get another policy',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
  })
    .input(Order)
    .output(OrderPreview),
  assign: endpoint({
    method: 'PUT',
    path: '/policy-assignments',
    summary: 'Set order, fallback and baseline',
    tag,
    allow: 'policies.write',
    audit: 'policy.assignments-changed',
  })
    .input(Order.extend({ expectedVersion: z.number().int() }))
    .output(z.object({ version: z.number().int() })),
};

export const Release = z.object({
  number: z.number().int().describe('Counts up with every change; 0, or 1 after an upgrade, is what was there before.'),
  at: At,
  by: z.string(),
  kind: z.enum(['start', 'publication', 'order', 'deletion', 'roll-back', 'folder', 'group-deletion']),
  summary: z.string().describe('What changed, in words.'),
});
export type Release = z.infer<typeof Release>;

const ReleaseNumber = z.object({ number: z.coerce.number().int() });

export const policyReleases = {
  list: endpoint({
    method: 'GET',
    path: '/policy-releases',
    summary: 'Every state of all policies and their order, the newest first',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(z.object(pageInput))
    .output(pageOf(Release)),
  preview: endpoint({
    method: 'POST',
    path: '/policy-releases/{number}/preview',
    summary: 'What going back to a state would change',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
  })
    .input(ReleaseNumber)
    .output(
      z.object({
        current: z.number().int(),
        impact: PolicyImpact,
        policies: z.array(
          z.object({
            id: z.string(),
            name: z.string().describe('As it would be again.'),
            from: z.number().int().describe('The version now; 0: deleted.'),
            to: z.number().int().describe('The version that comes back, under a new number.'),
          }),
        ),
        orderChanges: z.boolean(),
        warnings: z
          .array(z.string())
          .describe('What does not come back, such as the places of groups that were deleted, in sentences.'),
      }),
    ),
  restore: endpoint({
    method: 'POST',
    path: '/policy-releases/{number}/restoration',
    summary: 'Go back to a state of everything, at once; works while policies are frozen and needs no second approver',
    tag,
    allow: 'policies.write',
    audit: 'policy.rolled-back',
  })
    .input(ReleaseNumber.extend({ expectedCurrent: z.number().int(), message: z.string().trim().max(500).default('') }))
    .output(z.object({ number: z.number().int() })),
};

export const PolicyProtection = z.object({
  frozen: z
    .object({ at: At, by: z.string(), because: z.string() })
    .nullable()
    .describe(
      'While frozen nobody publishes, assigns or deletes; drafts and rolling back still work. People still get another policy when they join or leave a group, and what an identity provider deletes is gone.',
    ),
  secondApprover: z.boolean().describe('Publishing takes a second person who wrote no part of the draft.'),
  managedBy: z
    .string()
    .nullable()
    .describe(
      'The folder that owns the policies: edits in the console are refused, API keys apply. Null: the console.',
    ),
});
export type PolicyProtection = z.infer<typeof PolicyProtection>;

export const policyProtection = {
  get: endpoint({
    method: 'GET',
    path: '/policy-protection',
    summary: 'Freeze, second approver and who owns the policies',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(PolicyProtection),
  freeze: endpoint({
    method: 'PUT',
    path: '/policy-protection/freeze',
    summary: 'Freeze all policies',
    tag,
    allow: 'policies.write',
    audit: 'policy.frozen',
  })
    .input(z.object({ because: z.string().trim().min(1).max(500) }))
    .output(PolicyProtection),
  unfreeze: endpoint({
    method: 'DELETE',
    path: '/policy-protection/freeze',
    summary: 'Lift the freeze',
    tag,
    allow: 'policies.write',
    audit: 'policy.unfrozen',
  }).output(PolicyProtection),
  update: endpoint({
    method: 'PATCH',
    path: '/policy-protection',
    summary: 'Ask for a second approver, or hand the policies to a folder',
    tag,
    // Whoever is bound by these rules does not lift them.
    allow: 'settings.write',
    audit: 'policy.protection-updated',
  })
    .input(
      z
        .object({
          secondApprover: z.boolean(),
          managedBy: z.string().trim().min(1).max(200).nullable(),
        })
        .partial()
        .strict(),
    )
    .output(PolicyProtection),
};
