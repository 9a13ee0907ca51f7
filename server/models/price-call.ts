/** What a million tokens cost, in one unit. Cached input without a price of its own costs as much as other input. */
export interface TokenPrices {
  input: number;
  cachedInput: number | null;
  output: number;
}

/** What was in force when a call started. Null: no price. */
export interface PricesInForce {
  usd: TokenPrices | null;
  credits: TokenPrices | null;
  /** For models without a price in credits. */
  creditsPerUsd: number | null;
}

export interface TokenCounts {
  inputTokens: number;
  /** Part of `inputTokens`. */
  cachedInputTokens: number;
  /** Reasoning included. */
  outputTokens: number;
}

function amount(prices: TokenPrices | null, { inputTokens, cachedInputTokens, outputTokens }: TokenCounts) {
  if (prices === null) return null;
  const fresh = Math.max(0, inputTokens - cachedInputTokens);
  const cached = prices.cachedInput ?? prices.input;
  return (fresh * prices.input + cachedInputTokens * cached + outputTokens * prices.output) / 1_000_000;
}

/** In US dollars and in credits; null where nothing says what the call costs. A price in credits counts before the rate. */
export function priceCall(
  { usd, credits, creditsPerUsd }: PricesInForce,
  tokens: TokenCounts,
): { costUsd: number | null; credits: number | null } {
  const costUsd = amount(usd, tokens);
  const byRate = costUsd === null || creditsPerUsd === null ? null : costUsd * creditsPerUsd;
  return { costUsd, credits: amount(credits, tokens) ?? byRate };
}
