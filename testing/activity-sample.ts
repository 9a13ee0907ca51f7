import type { ActivityEvent } from '#contract/activity-events.ts';
import { recordActivity } from '#server/activity/index.ts';
import type { TestServices } from './test-services.ts';

export const sampleThread = '019a6f3e-7c1d-7aa0-9b55-000000001000';

const nothing = {
  turnId: null,
  callId: null,
  tool: null,
  decision: null,
  decidedBy: null,
  rule: null,
  outcome: null,
  code: null,
  policyName: null,
  durationMs: null,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  costUsd: null,
  credits: null,
  detail: {},
} as const;

/** An activity event of a member with the CLI; say what differs. */
export const sampleEvent = (
  workspaceId: string,
  more: Partial<ActivityEvent> & Pick<ActivityEvent, 'kind' | 'sameAs'>,
): ActivityEvent => ({
  ...nothing,
  workspaceId,
  source: 'gateway',
  reportedAt: new Date('2026-11-20T10:15:00Z'),
  memberId: 'mem_1',
  memberLabel: 'ada@example.com',
  surface: 'CODEX_CLI',
  client: 'codex_exec',
  clientVersion: '0.169.0',
  model: 'gpt-5.5',
  threadId: sampleThread,
  ...more,
});

export const recordSamples = (
  { db, clock }: Pick<TestServices, 'db' | 'clock'>,
  events: readonly ActivityEvent[],
  receivedAt: Date = clock(),
) => db.transaction().execute((tx) => recordActivity(tx, events, receivedAt));
