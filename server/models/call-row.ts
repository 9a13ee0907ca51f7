import { newId } from '#server/crypto/ids.ts';
import type { CodexClient } from '#server/http/wire-routes.ts';
import type { CallRow } from './gateway-queries.ts';

/** A call of which nothing is known but when and from where it came. */
export const newCallRow = ({ at, ip }: { at: Date; ip: string | null }): CallRow => ({
  id: newId('call'),
  workspace_id: '',
  member_id: null,
  member_name: null,
  member_email: null,
  credential: 'none',
  client: null,
  client_version: null,
  model: null,
  thread_id: null,
  turn_id: null,
  session_id: null,
  policy_name: null,
  sandbox_mode: null,
  outcome: 'refused',
  refusal_code: null,
  message: null,
  response_id: null,
  input_tokens: null,
  cached_input_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  cost_usd: null,
  ip,
  started_at: at,
  alive_at: at,
  ended_at: null,
  duration_ms: null,
  time_to_first_token_ms: null,
  credits: null,
  attempt_id: null,
  task_id: null,
  environment_id: null,
});

export function nameMember(row: CallRow, client: CodexClient): void {
  row.workspace_id = client.workspaceId;
  row.member_id = client.memberId;
  row.member_name = client.name;
  row.member_email = client.email;
  row.credential = client.credential;
  row.attempt_id = client.hosted?.attemptId ?? null;
  row.task_id = client.hosted?.taskId ?? null;
  row.environment_id = client.hosted?.environmentId ?? null;
}
