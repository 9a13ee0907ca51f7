import type { ActivityEvent } from '#contract/activity-events.ts';
import { recordActivity } from '#server/activity/index.ts';
import type { Database } from '#server/db/open-database.ts';

/** A model call of nobody, with nothing told, but for what is given. */
export const activityEvent = (
  event: Partial<ActivityEvent> & Pick<ActivityEvent, 'workspaceId' | 'sameAs' | 'reportedAt'>,
): ActivityEvent => ({
  kind: 'model.call',
  source: 'gateway',
  memberId: null,
  memberLabel: null,
  surface: 'CODEX_CLI',
  client: 'codex_exec',
  clientVersion: '0.169.0',
  model: 'gpt-5.5',
  threadId: null,
  turnId: null,
  callId: null,
  tool: null,
  decision: null,
  decidedBy: null,
  rule: null,
  outcome: 'completed',
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
  ...event,
});

export const recordEvents = (db: Database, events: readonly ActivityEvent[], receivedAt: Date) =>
  db.transaction().execute((tx) => recordActivity(tx, events, receivedAt));
