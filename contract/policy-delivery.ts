import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import { At, policyTag as tag } from './policy-documents.ts';

const NamedPolicy = z.object({ id: z.string(), name: z.string(), revision: z.number().int() });

const TriedRule = z.object({
  position: z.number().int().describe('Place in the order, from 0.'),
  groupId: z.string(),
  groupName: z.string(),
  policyId: z.string(),
  policyName: z.string(),
  matched: z.boolean(),
});

export const Receipt = z.object({
  memberId: z.string(),
  memberName: z.string(),
  memberEmail: z.string(),
  policy: NamedPolicy.nullable().describe('Null: no policy applied; only Reeve’s own pins were sent.'),
  isCurrent: z.boolean().describe('What applies to the member at this moment.'),
  client: z.string().describe('For example `codex_exec`, from the User-Agent.'),
  clientVersion: z.string().nullable(),
  form: z.enum(['bundle', 'requirements']).describe('`requirements`: one document, for clients up to about 0.12x.'),
  firstAt: At,
  lastAt: At,
  fetches: z.number().int(),
  cachedUntil: At.describe('The client may use it without asking until then: 60 minutes after it fetched.'),
});
export type Receipt = z.infer<typeof Receipt>;

/** Which policy somebody gets, and why. */
export const PolicyFinding = z.object({
  policy: NamedPolicy.nullable(),
  baseline: NamedPolicy.nullable(),
  matchedAt: z.number().int().nullable().describe('Place of the deciding rule; null: fallback or nothing.'),
  because: z.string().describe('The reason in words.'),
  tried: z.array(TriedRule).describe('Up to and with the rule that matched.'),
  alsoMatching: z.array(TriedRule).describe('Later rules that fit as well and do not count.'),
});
export type PolicyFinding = z.infer<typeof PolicyFinding>;

const Subject = z.object({
  email: z.string().max(254).optional(),
  groupId: z.string().optional(),
  joins: z.string().max(20_000).optional().describe('What if: ids of groups they were in as well, comma-separated.'),
  leaves: z.string().max(20_000).optional().describe('What if: ids of groups they were not in.'),
  publishes: z.string().max(20_000).optional().describe('What if: ids of policies whose drafts were published.'),
});

export const policyLookUp = {
  find: endpoint({
    method: 'GET',
    path: '/policy-lookup',
    summary: 'Which policy applies to a group or an e-mail, why, and what if',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(Subject)
    .output(
      PolicyFinding.extend({
        subject: z.string(),
        memberId: z.string().nullable(),
        whatIf: PolicyFinding.extend({
          changes: z.boolean().describe('Whether the client would get something else.'),
          contentsNow: z.string().nullable(),
          contentsThen: z.string().nullable(),
        }).nullable(),
        receipts: z.array(Receipt).describe('Of the member, the newest first, at most 50; empty for a group.'),
        clients: z
          .array(
            z.object({
              client: z.string(),
              version: z.string(),
              generation: z.string().describe('The tested client version that it is treated as.'),
              lastSeenAt: At,
            }),
          )
          .describe('What the member was seen with, by fetching the policy or by a model call; the newest first.'),
      }),
    ),
  bytes: endpoint({
    method: 'GET',
    path: '/policy-lookup/bytes',
    summary: 'The exact answer a member’s client gets now',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(
      z.object({
        email: z.string().max(254),
        clientVersion: z.string().max(40).optional().describe('Left out: the newest tested client.'),
      }),
    )
    .output(
      z.object({
        path: z.string().describe('What the client asks for.'),
        clientVersion: z.string(),
        body: z.string().describe('With `*` in place of the token by which this member’s clients report telemetry.'),
        sha256: z.string().describe('Of the bytes the client gets.'),
        byteLength: z.number().int(),
        fragments: z.array(
          z.object({
            part: z.enum(['requirements', 'config']),
            id: z.string(),
            name: z.string(),
            contents: z.string(),
          }),
        ),
      }),
    ),
  error: endpoint({
    method: 'POST',
    path: '/policy-lookup/error',
    summary: 'What a client’s error message comes from',
    tag,
    allow: 'policies.read',
    audit: { none: 'changes nothing' },
  })
    .input(z.object({ text: z.string().min(1).max(20_000) }))
    .output(
      z.object({
        kind: z.enum(['policy', 'rule', 'load-failure', 'sign-in', 'gateway', 'unknown']),
        sentence: z.string().describe('What happened, why, what to do.'),
        policies: z.array(
          NamedPolicy.extend({
            isCurrent: z.boolean().describe('Still the published version.'),
            keyPath: z.string().nullable(),
            line: z.number().int().nullable(),
            excerpt: z.string().nullable().describe('The text of the policy that says so.'),
          }),
        ),
      }),
    ),
};

export const policyDeliveries = {
  list: endpoint({
    method: 'GET',
    path: '/policy-deliveries',
    summary: 'Delivery receipts: who fetched which version, when, with which client',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(
      z.object({
        ...pageInput,
        search: z.string().max(200).optional().describe('Part of a name or e-mail.'),
        policyId: z.string().optional(),
        state: z
          .enum(['current', 'behind'])
          .optional()
          .describe('Only the newest receipt of each active member: whether that is what applies to them now.'),
        clientVersion: z.string().max(40).optional(),
      }),
    )
    .output(pageOf(Receipt)),
  summary: endpoint({
    method: 'GET',
    path: '/policy-deliveries/summary',
    summary: 'How far what is published has reached',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(
    z.object({
      activeMembers: z.number().int(),
      current: z.number().int().describe('Members whose newest fetch is what applies to them.'),
      behind: z.number().int().describe('Members who fetched, but something else than applies now.'),
      never: z.number().int(),
      versions: z.array(z.object({ clientVersion: z.string().nullable(), members: z.number().int() })),
      policies: z.array(
        z.object({ policy: NamedPolicy.nullable(), members: z.number().int(), reached: z.number().int() }),
      ),
    }),
  ),
};

export const policyExplanations = {
  get: endpoint({
    method: 'GET',
    path: '/policy-explanations/{code}',
    summary: 'The rule behind a short link in a justification, for whoever it stopped',
    tag,
    allow: 'member',
    audit: readsOnly,
  })
    .input(z.object({ code: z.string().max(60).describe('As in the link: policy number, revision, rule.') }))
    .output(
      z.object({
        policyName: z.string(),
        revision: z.number().int(),
        isCurrent: z.boolean(),
        rule: z.object({
          command: z.string().describe('The words it looks for, alternatives in brackets.'),
          decision: z.enum(['prompt', 'prompt-user', 'forbidden']),
          justification: z.string().nullable(),
        }),
        contact: z.string(),
        publishedAt: At,
        owner: z.string().nullable().describe('Who published this version.'),
        policyId: z.string().nullable().describe('For whoever may read policies.'),
      }),
    ),
};
