import type { PriceUnit } from '#contract/model-prices.ts';
import type { PricesInForce, TokenPrices } from './price-call.ts';

/** A row of the history, as far as it decides prices. Withdrawn ones are not among them. */
export interface PriceRule {
  /** Null: the rate of the unit for the whole workspace. */
  model: string | null;
  unit: PriceUnit;
  input: number | null;
  cachedInput: number | null;
  output: number | null;
  perUsd: number | null;
  validFromMs: number;
  recordedAtMs: number;
}

/** The latest beginning up to then; of those that begin together, the one recorded last. */
function ruleAt(rules: readonly PriceRule[], about: Pick<PriceRule, 'model' | 'unit'>, atMs: number) {
  let found: PriceRule | null = null;
  for (const rule of rules) {
    if (rule.model !== about.model || rule.unit !== about.unit || rule.validFromMs > atMs) continue;
    const isLater =
      found === null ||
      rule.validFromMs > found.validFromMs ||
      (rule.validFromMs === found.validFromMs && rule.recordedAtMs >= found.recordedAtMs);
    if (isLater) found = rule;
  }
  return found;
}

const tokenPrices = (rule: PriceRule | null): TokenPrices | null =>
  rule === null || rule.input === null || rule.output === null
    ? null
    : { input: rule.input, cachedInput: rule.cachedInput, output: rule.output };

/** What a call of this model costs that started then. `rules`: in the order they were recorded. */
export const pricesAt = (rules: readonly PriceRule[], { model, at }: { model: string; at: Date }): PricesInForce => ({
  usd: tokenPrices(ruleAt(rules, { model, unit: 'usd' }, at.getTime())),
  credits: tokenPrices(ruleAt(rules, { model, unit: 'credits' }, at.getTime())),
  creditsPerUsd: ruleAt(rules, { model: null, unit: 'credits' }, at.getTime())?.perUsd ?? null,
});
