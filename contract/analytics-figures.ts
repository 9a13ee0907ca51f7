import { z } from 'zod';

const Count = z.number().int();

/** What was used. Every number is of calls that passed the gateway; whose work it was is counted once at the level that was asked for. */
export const Figures = z.object({
  activeMembers: Count.describe(
    'Distinct members with a model call that was not refused; of a period, distinct over the whole of it.',
  ),
  threads: Count.describe(
    'Distinct threads of each day; of more than a day the sum, so that a thread counts on every day it was used.',
  ),
  turns: Count.describe('Distinct turns of each day; of more than a day the sum.'),
  calls: Count.describe('Model calls that were not refused.'),
  failedCalls: Count.describe('Those of `calls` that ended with an error.'),
  refusedCalls: Count.describe('Model calls that Reeve refused.'),
  unpricedCalls: Count.describe(
    'Those of `calls` without a cost, because no price was known or the upstream told no tokens.',
  ),
  uncachedInputTokens: Count,
  cachedInputTokens: Count,
  outputTokens: Count.describe('Reasoning included.'),
  reasoningTokens: Count.describe('Part of `outputTokens`.'),
  totalTokens: Count.describe('Input, cached or not, and output.'),
  credits: z.number(),
  costUsd: z.number(),
});
export type Figures = z.infer<typeof Figures>;

/** One key – a surface, a model, a group – over the buckets of the range. */
export const Breakdown = z.object({
  key: z
    .string()
    .describe('A surface, model or group id; `other` for the rest; empty for what the client did not tell.'),
  label: z.string(),
  totals: Figures,
  series: z.array(Figures).describe('One for each of `buckets`, in their order.'),
});
export type Breakdown = z.infer<typeof Breakdown>;

/** Tool calls, decisions and refusals over the buckets of the range. */
const counted = {
  times: Count,
  series: z.array(Count).describe('One for each of `buckets`, in their order.'),
};

export const ToolUse = z.object({
  tool: z.string(),
  ...counted,
  failed: Count,
  averageMs: z.number().nullable().describe('Of those that told how long they took.'),
});
export type ToolUse = z.infer<typeof ToolUse>;

export const DecisionCount = z.object({
  decision: z.string().describe('As the event says: `approved`, `approved-for-session`, `denied`, `forbidden`, …'),
  decidedBy: z.string().describe('`policy`, `config`, `user`, `reviewer`; empty when the client did not tell.'),
  ...counted,
});
export type DecisionCount = z.infer<typeof DecisionCount>;

export const BlockedByRule = z.object({
  rule: z.string().describe('`<policy>.<version>.<rule>`; empty where no rule is known to have decided.'),
  policyName: z.string().nullable(),
  whyPath: z.string().nullable().describe('Where the console explains the rule: `/why/<rule>`.'),
  decidedBy: z.string(),
  lastDay: z.iso.date(),
  ...counted,
});
export type BlockedByRule = z.infer<typeof BlockedByRule>;

export const RefusalCount = z.object({ code: z.string(), ...counted });
export type RefusalCount = z.infer<typeof RefusalCount>;

/** Why a panel shows nothing: `off` by a setting, `not-collected` because nobody reports it, `none` because nothing happened. */
export const PanelState = z.object({
  state: z.enum(['shown', 'off', 'not-collected', 'none']),
  sentence: z.string().describe('For people, with what to do about it; empty when shown.'),
});
export type PanelState = z.infer<typeof PanelState>;

export const Panels = z.object({
  usage: PanelState,
  cost: PanelState,
  groups: PanelState,
  tools: PanelState,
  decisions: PanelState,
  blocked: PanelState,
  refusals: PanelState,
  codeReviews: PanelState,
});
export type Panels = z.infer<typeof Panels>;

export const Freshness = z.object({
  now: z.iso.datetime(),
  newestEventAt: z.iso.datetime().nullable().describe('When the newest event that Reeve has happened.'),
  newestReceivedAt: z.iso.datetime().nullable(),
  countedThrough: z.iso.datetime().nullable().describe('Everything that was received until then is in the figures.'),
  waiting: Count.describe('Reports that are not counted yet; 10,000 stands for as many or more.'),
  secondsBehind: z.number().describe('How long the oldest of them has been waiting; 0 when none does.'),
  timeZone: z.string().describe('Whose days the figures are in.'),
  recount: z
    .object({
      because: z.enum(['asked', 'time-zone']),
      timeZone: z
        .string()
        .nullable()
        .describe('The time zone that is being counted; until it is, the figures are in the former one.'),
      daysDone: Count,
      days: Count,
    })
    .nullable()
    .describe('A count of everything again that is under way.'),
});
export type Freshness = z.infer<typeof Freshness>;

export const Completeness = z.object({
  activeMembers: Count.describe('Members with model calls in the period.'),
  reporting: z.array(
    z.object({
      source: z.enum(['gateway', 'otel', 'client-events']),
      label: z.string(),
      members: Count.describe('Those of `activeMembers` from whom events of this source came in the period.'),
      lastAt: z.iso.datetime().nullable(),
    }),
  ),
  unknownEvents: Count.describe('Events of kinds that this version of Reeve does not know, ever.'),
  unpricedCalls: Count,
  isContentKept: z.boolean(),
  sentences: z.array(z.string()).describe('What these numbers mean, for people.'),
});
export type Completeness = z.infer<typeof Completeness>;
