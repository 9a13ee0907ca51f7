import type { ActivityEvent, ActivityKind } from '#contract/activity-events.ts';
import { type EventContent, sameAs, surfaceOfEvent } from '#server/activity/index.ts';
import type { CallRecord } from './call-record.ts';
import type { CallRow } from './gateway-queries.ts';

const withoutNulls = (detail: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== null && value !== undefined));

const outcomeOf = ({ outcome }: CallRow) => (outcome === 'running' ? null : outcome);

const hostedIn = ({ attempt_id: attemptId, task_id: taskId, environment_id: environmentId }: CallRow) =>
  attemptId === null || taskId === null ? undefined : { attemptId, taskId, environmentId };

/** What every event of a call says: who, where, in which turn. */
const shared = (row: CallRow) => ({
  workspaceId: row.workspace_id,
  source: 'gateway' as const,
  memberId: row.member_id,
  memberLabel: row.member_email,
  surface: surfaceOfEvent(row.client, { isHosted: row.credential === 'hosted-task' }),
  hosted: hostedIn(row),
  client: row.client,
  clientVersion: row.client_version,
  model: row.model,
  threadId: row.thread_id,
  turnId: row.turn_id,
  policyName: row.policy_name,
});

const nothing = {
  callId: null,
  tool: null,
  decision: null,
  decidedBy: null,
  rule: null,
  outcome: null,
  code: null,
  durationMs: null,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  costUsd: null,
  credits: null,
  detail: {},
};

/** By the time it began, which never changes: the end of a call may be told twice. */
const callEvent = ({ row, times }: CallRecord): ActivityEvent => ({
  ...nothing,
  ...shared(row),
  kind: 'model.call',
  sameAs: sameAs.modelCall(row.id),
  reportedAt: row.started_at,
  callId: row.id,
  outcome: outcomeOf(row),
  code: row.refusal_code,
  durationMs: row.duration_ms,
  inputTokens: row.input_tokens,
  cachedInputTokens: row.cached_input_tokens,
  outputTokens: row.output_tokens,
  reasoningTokens: row.reasoning_tokens,
  costUsd: row.cost_usd,
  credits: row.credits,
  detail: withoutNulls({
    credential: row.credential,
    sandboxMode: row.sandbox_mode,
    timeToFirstTokenMs: row.time_to_first_token_ms,
    responseId: row.response_id,
    times: times > 1 ? times : null,
  }),
});

/** A thread that the client does not name is the call itself. */
const threadOf = (row: CallRow) => row.thread_id ?? row.id;

/** Reeve’s own id of the call, so that whoever reads the event finds the call. */
const inCall = (row: CallRow, detail: Record<string, unknown>) => withoutNulls({ modelCall: row.id, ...detail });

function part(
  { row }: CallRecord,
  kind: ActivityKind,
  more: Pick<ActivityEvent, 'sameAs' | 'reportedAt'> & Partial<ActivityEvent>,
): ActivityEvent {
  return { ...nothing, ...shared(row), kind, ...more };
}

function promptOf(record: CallRecord): EventContent[] {
  const { row, prompt } = record;
  if (!prompt) return [];
  const event = part(record, 'prompt.sent', {
    sameAs: sameAs.prompt(threadOf(row), prompt.key),
    reportedAt: row.started_at,
    detail: inCall(row, { characters: prompt.characters, images: prompt.images || null }),
  });
  return [{ event, content: prompt.text === null ? {} : { prompt: prompt.text } }];
}

function answerOf(record: CallRecord): EventContent[] {
  const { row, answer } = record;
  if (!answer) return [];
  const event = part(record, 'response.received', {
    sameAs: sameAs.modelCall(row.id),
    reportedAt: row.ended_at ?? row.started_at,
    outcome: outcomeOf(row),
    detail: inCall(row, { characters: answer.characters }),
  });
  return [{ event, content: answer.text === null ? {} : { answer: answer.text } }];
}

const toolsOf = (record: CallRecord): EventContent[] =>
  record.tools.map(({ callId, name, type, characters, arguments: text }, index) => {
    const { row } = record;
    const event = part(record, 'tool.suggested', {
      sameAs: sameAs.toolCall(threadOf(row), callId ?? `${row.id}/${index}`),
      reportedAt: row.ended_at ?? row.started_at,
      callId,
      tool: name,
      detail: inCall(row, { type, characters }),
    });
    return { event, content: text === null ? {} : { arguments: text } };
  });

const stoppedOf = (record: CallRecord): EventContent[] =>
  record.stopped.map(({ callId, name, decision, rule }) => {
    const { row } = record;
    const event = part(record, 'tool.completed', {
      sameAs: sameAs.toolCall(threadOf(row), callId),
      reportedAt: row.started_at,
      callId,
      tool: name,
      decision,
      decidedBy: 'policy',
      rule,
      outcome: 'refused',
    });
    return { event, content: {} };
  });

/** What a call that has ended leaves in the activity, with the content of each event where it was kept in memory. */
export const eventsOfCall = (record: CallRecord): EventContent[] => [
  { event: callEvent(record), content: {} },
  ...promptOf(record),
  ...stoppedOf(record),
  ...answerOf(record),
  ...toolsOf(record),
];
