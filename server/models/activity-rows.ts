import { z } from 'zod';
import type { ModelCall } from '#contract/models.ts';
import { decodeCursor } from '#server/db/keyset.ts';
import type { ActivityPlace } from './activity-queries.ts';
import type { CallRow } from './gateway-queries.ts';

/** The member as they were called then, also when they are gone now. */
const memberOf = (row: CallRow): ModelCall['member'] =>
  row.member_name === null || row.member_email === null
    ? null
    : { id: row.member_id ?? '', name: row.member_name, email: row.member_email };

export const callOf = (row: CallRow): ModelCall => ({
  id: row.id,
  startedAt: row.started_at.toISOString(),
  outcome: row.outcome,
  refusalCode: row.refusal_code,
  message: row.message,
  member: memberOf(row),
  client: row.client,
  clientVersion: row.client_version,
  credential: row.credential,
  model: row.model,
  threadId: row.thread_id,
  turnId: row.turn_id,
  policyName: row.policy_name,
  sandboxMode: row.sandbox_mode,
  inputTokens: row.input_tokens,
  cachedInputTokens: row.cached_input_tokens,
  outputTokens: row.output_tokens,
  reasoningTokens: row.reasoning_tokens,
  costUsd: row.cost_usd,
  credits: row.credits,
  durationMs: row.duration_ms,
  timeToFirstTokenMs: row.time_to_first_token_ms,
  ip: row.ip,
});

const Position = z.tuple([z.iso.datetime(), z.string().max(100)]);

export const positionOf = ({ started_at, id }: CallRow): [string, string] => [started_at.toISOString(), id];

/** @throws ReeveError bad-input for a cursor that we did not make */
export function placeOf(cursor: string | undefined): ActivityPlace | null {
  if (cursor === undefined) return null;
  const [startedAt, id] = decodeCursor(cursor, Position);
  return { startedAt: new Date(startedAt), id };
}
