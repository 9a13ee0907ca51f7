import { expect, it } from 'vitest';
import { priceCall } from './price-call.ts';

const prices = { inputUsdPerMillion: 2, cachedInputUsdPerMillion: 0.5, outputUsdPerMillion: 10 };
const tokens = { inputTokens: 1_000_000, cachedInputTokens: 400_000, outputTokens: 100_000 };

it.each([
  ['cached input at its own price', prices, tokens, 1.2 + 0.2 + 1],
  ['cached input without a price of its own', { ...prices, cachedInputUsdPerMillion: null }, tokens, 3],
  ['no price', { ...prices, outputUsdPerMillion: null }, tokens, null],
  [
    'a model that costs nothing',
    { inputUsdPerMillion: 0, cachedInputUsdPerMillion: null, outputUsdPerMillion: 0 },
    tokens,
    0,
  ],
  ['more cached tokens than input', prices, { inputTokens: 0, cachedInputTokens: 1_000_000, outputTokens: 0 }, 0.5],
])('%s', (_what, given, counts, usd) => {
  const cost = priceCall(given, counts);
  if (usd === null) expect(cost).toBeNull();
  else expect(cost).toBeCloseTo(usd, 9);
});
