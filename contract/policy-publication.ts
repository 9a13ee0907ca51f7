import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import {
  Diagnostic,
  Policy,
  PolicyDocument,
  PolicyId,
  PolicyImpact,
  PolicyPart,
  PolicyTestResult,
  PolicyVersion,
  PublicationMessage,
  PublicationRequest,
  policyTag as tag,
} from './policy-documents.ts';

export const policyPublication = {
  preview: endpoint({
    method: 'POST',
    path: '/policies/{id}/publication/preview',
    summary: 'What publishing the draft would do',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
  })
    .input(PolicyId)
    .output(
      z.object({
        impact: PolicyImpact,
        diagnostics: z.array(Diagnostic.extend({ part: PolicyPart })),
        tests: z.array(PolicyTestResult),
        needsApproval: z.boolean(),
        blockedBy: z.array(z.string()).describe('Why it cannot be published now, in words; empty: it can.'),
      }),
    ),
  publish: endpoint({
    method: 'POST',
    path: '/policies/{id}/publication',
    summary: 'Publish the draft, or ask for approval where the workspace wants a second person',
    tag,
    allow: 'policies.write',
    audit: 'policy.published',
    orAudit: 'policy.approval-requested',
  })
    .input(PolicyId.extend({ expectedDraft: z.number().int(), message: PublicationMessage }))
    .output(z.object({ outcome: z.enum(['published', 'awaits-approval']), policy: Policy })),
  requests: endpoint({
    method: 'GET',
    path: '/policy-requests',
    summary: 'Drafts that wait for a second person',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(PublicationRequest) })),
  approve: endpoint({
    method: 'POST',
    path: '/policy-requests/{requestId}/approval',
    summary: 'Approve and publish; none of the authors may',
    tag,
    allow: 'policies.write',
    audit: 'policy.published',
  })
    .input(z.object({ requestId: z.string() }))
    .output(Policy),
  decline: endpoint({
    method: 'POST',
    path: '/policy-requests/{requestId}/refusal',
    summary: 'Decline or withdraw a request; the draft stays',
    tag,
    allow: 'policies.write',
    audit: 'policy.approval-declined',
    stepUp: false,
  })
    .input(z.object({ requestId: z.string(), reason: z.string().trim().max(500).default('') }))
    .output(z.object({})),
};

export const policyVersions = {
  list: endpoint({
    method: 'GET',
    path: '/policies/{id}/versions',
    summary: 'Published versions, the newest first',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(PolicyId.extend(pageInput))
    .output(pageOf(PolicyVersion)),
  get: endpoint({
    method: 'GET',
    path: '/policies/{id}/versions/{revision}',
    summary: 'One published version',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(PolicyId.extend({ revision: z.coerce.number().int() }))
    .output(PolicyVersion.extend({ document: PolicyDocument })),
  restore: endpoint({
    method: 'POST',
    path: '/policies/{id}/versions/{revision}/restoration',
    summary: 'Bring a version back as the draft; publishing it is a step of its own',
    tag,
    allow: 'policies.write',
    audit: 'policy.draft-saved',
    stepUp: false,
  })
    .input(
      PolicyId.extend({
        revision: z.coerce.number().int(),
        expectedDraft: z.number().int().nullable().describe('As for saving a draft.'),
      }),
    )
    .output(Policy),
};
