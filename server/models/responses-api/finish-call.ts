import type { ServerResponse } from 'node:http';
import type { CallRecord, StoppedTool } from '#server/models/call-record.ts';
import type { AllowedModel, CallRow } from '#server/models/gateway-queries.ts';
import { holdAnswer } from '#server/models/hold-answer.ts';
import { priceCall } from '#server/models/price-call.ts';
import { pricesAt } from '#server/models/prices-in-force.ts';
import type { Gateway } from './gateway.ts';
import type { Metered } from './meter.ts';
import type { Ending } from './stream-answer.ts';

function noteTokens(row: CallRow, { usage }: Readonly<Metered>, model: AllowedModel): void {
  if (!usage) return;
  row.input_tokens = usage.input_tokens;
  row.cached_input_tokens = usage.input_tokens_details?.cached_tokens ?? 0;
  row.output_tokens = usage.output_tokens;
  row.reasoning_tokens = usage.output_tokens_details?.reasoning_tokens ?? 0;
  const { costUsd, credits } = priceCall(pricesAt(model.prices, { model: model.slug, at: row.started_at }), {
    inputTokens: row.input_tokens,
    cachedInputTokens: row.cached_input_tokens,
    outputTokens: row.output_tokens,
  });
  row.cost_usd = costUsd;
  row.credits = credits;
}

interface EndedCall {
  record: CallRecord;
  outgoing: ServerResponse;
  stopped: Promise<StoppedTool[]>;
  ending: Ending;
  metered: Readonly<Metered>;
  model: AllowedModel;
  startedMs: number;
}

function noteAnswer({ firstTokenSeconds }: Gateway['metrics'], { record, metered, startedMs, model }: EndedCall): void {
  const { row } = record;
  noteTokens(row, metered, model);
  row.response_id = metered.responseId;
  record.tools = metered.tools;
  if (metered.answerCharacters > 0) record.answer = { characters: metered.answerCharacters, text: metered.answerText };
  if (metered.firstTokenAtMs === null) return;
  row.time_to_first_token_ms = Math.round(metered.firstTokenAtMs - startedMs);
  firstTokenSeconds.observe((metered.firstTokenAtMs - startedMs) / 1000);
}

/**
 * Writes the end of a call, exactly once: it stops running here. Resolves when the end is durable, or when the database took too long:
 * until then the client must not see the end of its answer.
 */
export async function finishCall(gateway: Gateway, call: EndedCall): Promise<void> {
  const { clock } = gateway.services;
  const { record, ending, startedMs } = call;
  const { row } = record;
  if (row.outcome !== 'running') return;
  const durationMs = performance.now() - startedMs;
  row.outcome = ending.outcome;
  row.refusal_code = ending.code;
  row.message = ending.message;
  row.ended_at = clock();
  row.duration_ms = Math.round(durationMs);
  noteAnswer(gateway.metrics, call);
  countEnding(gateway.metrics, row, durationMs / 1000);
  await holdAnswer(writeEnd(gateway, call), gateway.services.log);
}

async function writeEnd({ recorder, running }: Gateway, { record, stopped, outgoing }: EndedCall): Promise<void> {
  record.stopped = await stopped;
  const written = recorder.finish(record);
  // It runs until its last bytes have left: whoever drains the calls closes the recorder and the connections next.
  if (outgoing.closed) running.remove(record.row.id);
  else outgoing.once('close', () => running.remove(record.row.id));
  await written;
}

function countEnding(metrics: Gateway['metrics'], row: CallRow, seconds: number): void {
  metrics.running.dec();
  metrics.calls.inc({ outcome: row.outcome, code: row.refusal_code ?? '' });
  metrics.durationSeconds.observe(seconds);
  metrics.tokens.inc({ kind: 'input' }, row.input_tokens ?? 0);
  metrics.tokens.inc({ kind: 'cached-input' }, row.cached_input_tokens ?? 0);
  metrics.tokens.inc({ kind: 'output' }, row.output_tokens ?? 0);
}
