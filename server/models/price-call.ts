export interface Prices {
  inputUsdPerMillion: number | null;
  cachedInputUsdPerMillion: number | null;
  outputUsdPerMillion: number | null;
}

export interface TokenCounts {
  inputTokens: number;
  /** Part of `inputTokens`. */
  cachedInputTokens: number;
  /** Reasoning included. */
  outputTokens: number;
}

/** In US dollars; null when the model has no price. Cached input without a price of its own costs as much as other input. */
export function priceCall(
  prices: Prices,
  { inputTokens, cachedInputTokens, outputTokens }: TokenCounts,
): number | null {
  const { inputUsdPerMillion: input, outputUsdPerMillion: output } = prices;
  if (input === null || output === null) return null;
  const cached = prices.cachedInputUsdPerMillion ?? input;
  const fresh = Math.max(0, inputTokens - cachedInputTokens);
  return (fresh * input + cachedInputTokens * cached + outputTokens * output) / 1_000_000;
}
