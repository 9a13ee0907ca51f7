import type { AllowedModel, CallRow } from '#server/models/gateway-queries.ts';
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

/** Writes the end of a call, exactly once: `row` stops running here. */
export function finishCall(
  { services: { clock }, recorder, running, metrics }: Gateway,
  {
    row,
    ending,
    metered,
    model,
    startedMs,
  }: { row: CallRow; ending: Ending; metered: Readonly<Metered> | null; model: AllowedModel; startedMs: number },
): void {
  if (row.outcome !== 'running') return;
  const durationMs = performance.now() - startedMs;
  row.outcome = ending.outcome;
  row.refusal_code = ending.code;
  row.message = ending.message;
  row.ended_at = clock();
  row.duration_ms = Math.round(durationMs);
  if (metered) {
    noteTokens(row, metered, model);
    row.response_id = metered.responseId;
    row.answer_text = metered.answerText;
    if (metered.firstTokenAtMs !== null) {
      row.time_to_first_token_ms = Math.round(metered.firstTokenAtMs - startedMs);
      metrics.firstTokenSeconds.observe((metered.firstTokenAtMs - startedMs) / 1000);
    }
  }
  recorder.save(row);
  running.remove(row.id);
  metrics.running.dec();
  metrics.calls.inc({ outcome: ending.outcome, code: ending.code ?? '' });
  metrics.durationSeconds.observe(durationMs / 1000);
  metrics.tokens.inc({ kind: 'input' }, row.input_tokens ?? 0);
  metrics.tokens.inc({ kind: 'cached-input' }, row.cached_input_tokens ?? 0);
  metrics.tokens.inc({ kind: 'output' }, row.output_tokens ?? 0);
}
