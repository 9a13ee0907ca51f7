import { newId } from '#server/crypto/ids.ts';
import { type CallRecord, type CallRow, newCallRow, priceCall, recordOf } from '#server/models/index.ts';
import type { ExampleCall } from './example-activity.ts';
import type { Founded } from './found-example.ts';

/** US dollars per million tokens, as on the Models page of the example, and what a dollar is in credits. */
const usd = {
  'example-large': { input: 1.25, cachedInput: 0.125, output: 10 },
  'example-small': { input: 0.25, cachedInput: 0.025, output: 2 },
};
export const creditsPerUsd = 25;

function rowOf({ workspaceId }: Founded, call: ExampleCall): CallRow {
  const isAnswered = call.outcome === 'completed';
  const price = call.model === 'example-small' ? usd['example-small'] : usd['example-large'];
  const { costUsd, credits } = priceCall({ usd: price, credits: null, creditsPerUsd }, call);
  return {
    ...newCallRow({ at: call.startedAt, ip: '10.20.4.17' }),
    id: newId('call'),
    workspace_id: workspaceId,
    member_id: call.member.memberId,
    member_name: call.member.name,
    member_email: call.member.email,
    credential: 'codex-sign-in',
    client: call.client,
    client_version: call.clientVersion,
    model: call.model,
    thread_id: call.threadId,
    turn_id: call.turnId,
    policy_name: call.policyName,
    sandbox_mode: 'workspace-write',
    outcome: call.outcome,
    refusal_code: call.refusalCode,
    message: call.message,
    ...(isAnswered && {
      input_tokens: call.inputTokens,
      cached_input_tokens: call.cachedInputTokens,
      output_tokens: call.outputTokens,
      reasoning_tokens: call.reasoningTokens,
      cost_usd: costUsd,
      credits,
      time_to_first_token_ms: 600,
    }),
    ended_at: new Date(call.startedAt.getTime() + call.durationMs),
    duration_ms: call.outcome === 'refused' ? 4 : call.durationMs,
  };
}

/** A call as the gateway leaves it behind when it has ended, without a word of what was said. */
export function exampleCallRecord(founded: Founded, call: ExampleCall): CallRecord {
  const { promptCharacters: characters, outcome, outputTokens } = call;
  return {
    ...recordOf(rowOf(founded, call)),
    prompt: characters === null ? null : { key: call.turnId, characters, images: 0, text: null },
    answer: outcome === 'completed' ? { characters: outputTokens * 4, text: null } : null,
  };
}
