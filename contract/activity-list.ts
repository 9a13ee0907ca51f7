import { z } from 'zod';
import { activityKindNames, activitySources } from './activity-events.ts';
import { codexSurfaces } from './codex-surfaces.ts';
import { endpoint, readsOnly } from './endpoint.ts';
import { Moment, pageInput, pageOf } from './paging.ts';

const tag = 'Models and activity';

/** What Reeve did itself, beside what clients did: of the audit log and of the deliveries. */
export const ownKinds = {
  'reeve.changed': { sentence: 'Somebody changed something in Reeve, or signed in to it.' },
  'policy.delivered': { sentence: 'A client got a policy for the first time.' },
} as const;
export type OwnKind = keyof typeof ownKinds;

const ListedKind = z.enum([...activityKindNames, 'reeve.changed', 'policy.delivered']);
export type ListedKind = z.infer<typeof ListedKind>;
const ListedSource = z.enum(['reeve', ...(Object.keys(activitySources) as (keyof typeof activitySources)[])]);
export type ListedSource = z.infer<typeof ListedSource>;

const Decision = z.string().max(60);

export const ActivityItem = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  reportedAt: z.iso.datetime().nullable().describe('What the reporter’s clock said, where it was not believable.'),
  source: ListedSource,
  kind: ListedKind,
  sentence: z.string(),
  member: z.object({ id: z.string().nullable(), label: z.string() }).nullable(),
  surface: z.enum(codexSurfaces).nullable(),
  client: z.string().nullable(),
  clientVersion: z.string().nullable(),
  model: z.string().nullable(),
  threadId: z.string().nullable(),
  turnId: z.string().nullable(),
  callId: z.string().nullable(),
  tool: z.string().nullable(),
  decision: z.string().nullable(),
  decidedBy: z.string().nullable(),
  rule: z.string().nullable().describe('The rule that decided, as in `/why/<policy>.<version>.<rule>`.'),
  outcome: z.enum(['completed', 'failed', 'refused', 'cancelled']).nullable(),
  code: z.string().nullable(),
  policyName: z.string().nullable(),
  durationMs: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  costUsd: z.number().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type ActivityItem = z.infer<typeof ActivityItem>;

export const EventFilter = z.object({
  kind: ListedKind.optional(),
  source: ListedSource.optional(),
  memberId: z.string().max(100).optional(),
  surface: z.enum(codexSurfaces).optional(),
  tool: z.string().max(120).optional(),
  decision: Decision.optional(),
  decidedBy: z.string().max(60).optional(),
  rule: z.string().max(40).optional(),
  threadId: z.string().max(200).optional(),
  search: z
    .string()
    .max(200)
    .optional()
    .describe('Part of a member’s e-mail address, or exactly a thread, a turn, a call, a tool or a refusal’s code.'),
  from: Moment.optional(),
  to: Moment.optional(),
});
export type EventFilter = z.infer<typeof EventFilter>;

export const activityEvents = {
  events: endpoint({
    method: 'GET',
    path: '/activity/events',
    summary: 'What happened, whoever reported it, newest first',
    tag,
    allow: 'activity.read',
    audit: readsOnly,
  })
    .input(EventFilter.extend(pageInput))
    .output(
      pageOf(ActivityItem).extend({
        notShown: z
          .array(z.enum(['reeve.changed', 'policy.delivered']))
          .describe('Kinds that the caller may not read, and that are left out.'),
      }),
    ),
  event: endpoint({
    method: 'GET',
    path: '/activity/events/{id}',
    summary: 'One event of a client or of the gateway',
    tag,
    allow: 'activity.read',
    audit: readsOnly,
  })
    .input(z.object({ id: z.string().max(100) }))
    .output(
      ActivityItem.extend({
        content: z
          .object({
            prompt: z.string().optional(),
            answer: z.string().optional(),
            arguments: z.string().optional(),
            output: z.string().optional(),
          })
          .nullable()
          .describe('What was said, where the workspace keeps that, for whoever may read compliance logs.'),
        whyNoContent: z.enum(['not-kept', 'not-permitted']).nullable(),
      }),
    ),
  thread: endpoint({
    method: 'GET',
    path: '/activity/threads/{threadId}',
    summary: 'The events of one thread, oldest first',
    tag,
    allow: 'activity.read',
    audit: readsOnly,
  })
    .input(z.object({ threadId: z.string().min(1).max(200), ...pageInput }))
    .output(pageOf(ActivityItem)),
};
