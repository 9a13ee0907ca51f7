import type { ActivityKind } from '#contract/activity-events.ts';
import type { ContentParts } from '#server/activity/index.ts';
import type { ActivityRow } from './activity-record-queries.ts';
import { recordIdOf, uuidOf } from './record-ids.ts';
import type { Actor, CodexEventDetails, CodexLogRecord } from './wire.ts';

/** What is needed beside the row: what was kept of its content, and for a model call that of its answer. */
export interface Said {
  content: ContentParts;
  answer: string | undefined;
}

type Details = (row: ActivityRow, said: Said) => CodexEventDetails;

const textIn = ({ detail }: ActivityRow, name: string): string | null => {
  const value = detail[name];
  return typeof value === 'string' ? value : null;
};

/** The vendor’s word for a thread is session. A client that names none has one of its own for each call. */
const inTurn = (row: ActivityRow) => ({
  session_id: row.thread_id ?? textIn(row, 'modelCall') ?? row.call_id ?? '',
  turn_id: row.turn_id,
  call_id: textIn(row, 'modelCall') ?? (row.kind === 'model.call' ? row.call_id : null),
  environment_id: row.environment_id,
});

const tool =
  (of: (row: ActivityRow) => 'TOOL_CALL_SUGGESTED' | 'TOOL_CALL_COMPLETED' | 'TOOL_CALL_FAILED'): Details =>
  (row, { content }) => ({
    detail_type: of(row),
    ...inTurn(row),
    tool_name: row.tool ?? 'unknown',
    tool_type: textIn(row, 'type') ?? (textIn(row, 'mcpServer') === null ? 'function' : 'mcp'),
    tool_input: content.arguments ?? '',
    tool_call_id: row.call_id,
    status: row.outcome,
    model: row.model,
  });

const decided =
  (type: 'TOOL_CALL_DECIDED' | 'SANDBOX_DECIDED' | 'NETWORK_DECIDED' | 'ACTION_REVIEWED'): Details =>
  (row) => ({
    detail_type: type,
    ...inTurn(row),
    tool_name: row.tool,
    tool_call_id: row.call_id,
    decision: row.decision,
    decided_by: row.decided_by,
    rule: row.rule,
    policy: row.policy_name,
    model: row.model,
  });

const modelCall: Details = (row, { answer }) => ({
  detail_type: 'PROMPT_RESPONSE_RECEIVED',
  ...inTurn(row),
  response_text: answer ?? '',
  status: row.code === null ? (row.outcome ?? 'unknown') : `${row.outcome}: ${row.code}`,
  model: row.model ?? 'unknown',
  token_usage: {
    input_tokens: row.input_tokens ?? 0,
    output_tokens: row.output_tokens ?? 0,
    cached_input_tokens: row.cached_input_tokens ?? 0,
    reasoning_output_tokens: row.reasoning_tokens ?? 0,
  },
});

const prompt: Details = (row, { content }) => ({
  detail_type: 'PROMPT_SENT',
  ...inTurn(row),
  prompt_text: content.prompt ?? '',
  model: row.model,
});

/** Which kinds of activity are in CODEX_LOG, and as what; null with the reason. */
const detailsOf: Readonly<Record<ActivityKind, Details | null>> = {
  'model.call': modelCall,
  'prompt.sent': prompt,
  // The text of the answer stands in the record of its model call, beside what it used.
  'response.received': null,
  'tool.suggested': tool(() => 'TOOL_CALL_SUGGESTED'),
  'tool.completed': tool(({ outcome }) => (outcome === 'completed' ? 'TOOL_CALL_COMPLETED' : 'TOOL_CALL_FAILED')),
  'tool.decided': decided('TOOL_CALL_DECIDED'),
  'sandbox.decided': decided('SANDBOX_DECIDED'),
  'network.decided': decided('NETWORK_DECIDED'),
  'review.completed': decided('ACTION_REVIEWED'),
  // A thread and a turn are in each of their records; how long they took is for the analytics.
  'thread.started': null,
  'turn.completed': null,
  'client.reported': null,
};

export const kindsInCodexLog = Object.entries(detailsOf)
  .filter(([, details]) => details !== null)
  .map(([kind]) => kind as ActivityKind);

/** The gateway sees every prompt; what a client’s telemetry tells of the same one has no id in common, and would be a second record. */
export const isInCodexLog = ({ kind, source }: Pick<ActivityRow, 'kind' | 'source'>): boolean =>
  kindsInCodexLog.includes(kind) && !(kind === 'prompt.sent' && source !== 'gateway');

const actorOf = ({ member_id, member_label }: ActivityRow): Actor =>
  member_id === null
    ? { type: 'SYSTEM', id: 'anonymous' }
    : { type: 'ACCOUNT_USER', user_id: member_id, user_email: member_label };

/** The record of an event in CODEX_LOG; null when that log has none of its kind. */
export function codexRecord(row: ActivityRow, said: Said): CodexLogRecord | null {
  const details = isInCodexLog(row) ? detailsOf[row.kind] : null;
  if (!details) return null;
  const event_details = details(row, said);
  return {
    event_id: recordIdOf('activity', row.workspace_id, row.id),
    type: 'CODEX_LOG',
    timestamp: row.at.toISOString(),
    principal: { id: uuidOf(row.workspace_id), type: 'CHATGPT_WORKSPACE' },
    actor: actorOf(row),
    event_type: event_details.detail_type,
    client_id: row.surface,
    workspace_id: uuidOf(row.workspace_id),
    event_details,
  };
}
