import { z } from 'zod';
import {
  BlockedByRule,
  Breakdown,
  Completeness,
  DecisionCount,
  Figures,
  Freshness,
  PanelState,
  Panels,
  RefusalCount,
  ToolUse,
} from './analytics-figures.ts';
import { codexSurfaces } from './codex-surfaces.ts';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Analytics';
const CalendarDay = z.iso.date().refine((day) => day >= '1970', 'Is before 1970.');

/** At most about three years of days. */
export const maxRangeDays = 1_100;

const period = {
  from: CalendarDay.optional().describe('First day, in the workspace’s time zone. Left out: 29 days before `to`.'),
  to: CalendarDay.optional().describe('Last day, included. Left out: today.'),
};
const filters = {
  surface: z.enum(codexSurfaces).optional(),
  groupId: z
    .string()
    .max(100)
    .optional()
    .describe(
      'Those who were in the group when their day was last counted; `activeMembers` of the whole period: who is in it now.',
    ),
  memberId: z.string().max(100).optional(),
  model: z.string().max(200).optional(),
  client: z.string().max(200).optional().describe('The client’s own name, such as `codex_exec`.'),
};
const interval = z
  .enum(['day', 'week'])
  .default('day')
  .describe('`week`: ISO weeks, from Monday; the period is widened to whole ones.');

/** The period of every answer. */
const range = {
  timeZone: z.string(),
  from: CalendarDay,
  to: CalendarDay,
  interval: z.enum(['day', 'week']),
  buckets: z.array(CalendarDay).describe('The first day of each.'),
};

const readEndpoint = (path: `/${string}`, summary: string) =>
  endpoint({ method: 'GET', path, summary, tag, allow: 'activity.read', audit: readsOnly });

export const MemberSort = z.enum([
  'credits',
  'costUsd',
  'threads',
  'turns',
  'totalTokens',
  'calls',
  'activeDays',
  'streakDays',
]);

export const MemberUsage = Figures.omit({ activeMembers: true }).extend({
  rank: z.number().int().describe('Place in the order, from 1; ties by id.'),
  memberId: z.string().describe('Empty: calls without a known member.'),
  name: z.string().nullable().describe('Null: the member is gone.'),
  email: z.string().nullable(),
  groups: z.array(z.object({ id: z.string(), name: z.string() })),
  activeDays: z.number().int().describe('Days of the period with a call.'),
  streakDays: z
    .number()
    .int()
    .describe(
      'Days in a row with a call, up to the last day of the period or the day before; looks back 366 days at most.',
    ),
  lastActiveDay: CalendarDay.nullable(),
});
export type MemberUsage = z.infer<typeof MemberUsage>;

export const analytics = {
  summary: readEndpoint('/analytics/summary', 'Usage in a period, by surface and model')
    .input(z.object({ ...period, ...filters, interval }))
    .output(
      z.object({
        ...range,
        totals: Figures,
        previous: z
          .object({ from: CalendarDay, to: CalendarDay, totals: Figures })
          .describe('As many days right before the period.'),
        series: z.array(Figures).describe('One for each of `buckets`, in their order.'),
        bySurface: z.array(Breakdown),
        byModel: z
          .array(Breakdown)
          .describe(
            'The ten most used, and `other`, where threads, turns and the active members of a day count once for each model.',
          ),
      }),
    ),
  groups: readEndpoint('/analytics/groups', 'Usage and adoption by group')
    .input(z.object({ ...period, surface: filters.surface, model: filters.model, client: filters.client, interval }))
    .output(
      z.object({
        ...range,
        groups: z
          .array(
            Breakdown.extend({
              members: z
                .number()
                .int()
                .describe('Active members of the group now; of the whole workspace for the first row.'),
              adoption: z
                .array(z.object({ activeMembers: z.number().int(), members: z.number().int() }))
                .describe('One for each of `buckets`: how many of how many members used Codex, as of then.'),
            }),
          )
          .describe(
            'First the whole workspace (key empty), then at most 50 groups by credits, cost and turns. A member in two groups counts in both.',
          ),
      }),
    ),
  tools: readEndpoint('/analytics/tools', 'Tool calls, decisions, blocked commands and refusals in a period')
    .input(z.object({ ...period, ...filters, interval }))
    .output(
      z.object({
        ...range,
        tools: z.array(ToolUse).describe('The 50 most used.'),
        decisions: z.array(DecisionCount),
        blocked: z.array(BlockedByRule).describe('What was denied, by the rule that did; the 100 most frequent.'),
        refusals: z.array(RefusalCount).describe('Model calls that Reeve refused, by code.'),
      }),
    ),
  members: readEndpoint('/analytics/members', 'Members by what they used')
    .input(
      z.object({
        ...period,
        surface: filters.surface,
        groupId: filters.groupId,
        model: filters.model,
        client: filters.client,
        search: z.string().max(200).optional().describe('Part of the name or e-mail address.'),
        sort: MemberSort.default('credits'),
        direction: z.enum(['desc', 'asc']).default('desc'),
        page: z.coerce.number().int().min(1).max(10_000).default(1),
        limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows per page.'),
      }),
    )
    .output(
      z.object({
        timeZone: z.string(),
        from: CalendarDay,
        to: CalendarDay,
        items: z.array(MemberUsage),
        total: z.number().int().describe('Members with any use in the period that fit the filters.'),
        page: z.number().int(),
        pages: z.number().int(),
      }),
    ),
  status: readEndpoint('/analytics/status', 'How fresh and how complete the figures are, and why a panel shows nothing')
    .input(z.object({ ...period }))
    .output(
      z.object({
        timeZone: z.string(),
        from: CalendarDay,
        to: CalendarDay,
        freshness: Freshness,
        completeness: Completeness,
        panels: Panels,
        filters: z
          .object({
            surfaces: z.array(z.string()),
            models: z.array(z.string()),
            clients: z.array(z.string()),
            groups: z.array(z.object({ id: z.string(), name: z.string() })),
          })
          .describe(
            'What there is to filter by: surfaces, models and clients that were used in the period, and every group.',
          ),
      }),
    ),
  codeReviews: readEndpoint('/analytics/code-reviews', 'Code reviews in a period')
    .input(z.object({ ...period }))
    .output(
      z.object({
        panel: PanelState,
        reviews: z.array(z.object({ day: CalendarDay, pullRequests: z.number().int(), comments: z.number().int() })),
      }),
    ),
  export: endpoint({
    method: 'GET',
    path: '/analytics/export',
    summary: 'Download usage as CSV or JSON',
    tag,
    allow: 'activity.read',
    audit: 'analytics.exported',
  })
    .input(
      z.object({
        ...period,
        what: z
          .enum(['workspace', 'members'])
          .describe('`workspace`: a row for each day and surface. `members`: a row for each member of the period.'),
        format: z.enum(['csv', 'json']).default('csv'),
        emails: z
          .enum(['true', 'false'])
          .default('false')
          .describe('`members` only: with names and e-mail addresses. Without, ids only.'),
        surface: filters.surface,
        groupId: filters.groupId,
      }),
    )
    .output(z.instanceof(ReadableStream)),
  recount: endpoint({
    method: 'POST',
    path: '/analytics/recount',
    summary: 'Count everything again from the events, in the background',
    tag,
    allow: 'settings.write',
    audit: 'analytics.recount-asked',
  })
    .input(z.object({}))
    .output(z.object({ days: z.number().int().describe('How many days there are to count; 0: there are no events.') })),
};
