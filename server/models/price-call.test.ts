import { expect, it } from 'vitest';
import { type PricesInForce, priceCall } from './price-call.ts';
import { type PriceRule, pricesAt } from './prices-in-force.ts';

const usd = { input: 2, cachedInput: 0.5, output: 10 };
const only = (more: Partial<PricesInForce>): PricesInForce => ({
  usd: null,
  credits: null,
  creditsPerUsd: null,
  ...more,
});
const tokens = { inputTokens: 1_000_000, cachedInputTokens: 400_000, outputTokens: 100_000 };
const close = (value: number | null, expected: number | null) =>
  expected === null ? expect(value).toBeNull() : expect(value).toBeCloseTo(expected, 9);

it.each<[string, PricesInForce, typeof tokens, number | null, number | null]>([
  ['cached input at its own price', only({ usd }), tokens, 1.2 + 0.2 + 1, null],
  ['cached input without a price of its own', only({ usd: { ...usd, cachedInput: null } }), tokens, 3, null],
  ['no price', only({ creditsPerUsd: 25 }), tokens, null, null],
  [
    'a model that costs nothing',
    only({ usd: { input: 0, cachedInput: null, output: 0 }, creditsPerUsd: 25 }),
    tokens,
    0,
    0,
  ],
  [
    'more cached tokens than input',
    only({ usd }),
    { inputTokens: 0, cachedInputTokens: 1_000_000, outputTokens: 0 },
    0.5,
    null,
  ],
  ['credits by the rate', only({ usd, creditsPerUsd: 25 }), tokens, 2.4, 60],
  ['credits by their own price, before the rate', only({ usd, credits: usd, creditsPerUsd: 25 }), tokens, 2.4, 2.4],
  ['credits without a price in dollars', only({ credits: usd }), tokens, null, 2.4],
])('%s', (_what, prices, counts, costUsd, credits) => {
  const priced = priceCall(prices, counts);
  close(priced.costUsd, costUsd);
  close(priced.credits, credits);
});

const rule = (from: string, input: number | null, more: Partial<PriceRule> = {}): PriceRule => ({
  model: 'one',
  unit: 'usd',
  input,
  cachedInput: null,
  output: input,
  perUsd: null,
  validFromMs: Date.parse(from),
  recordedAtMs: Date.parse('2026-06-01'),
  ...more,
});
const history = [
  rule('1970-01-01', 1),
  rule('2026-02-01', 2),
  rule('2026-03-01', null),
  rule('2026-02-01', 4, { recordedAtMs: Date.parse('2026-07-01') }),
  rule('2026-02-01', 9, { model: 'two' }),
  rule('2026-02-15', 7, { unit: 'credits' }),
  rule('2026-02-20', null, { model: null, unit: 'credits', perUsd: 25 }),
];

it.each<[string, number | null, number | null, number | null]>([
  ['2025-01-01', 1, null, null],
  ['2026-01-31T23:59:59.999Z', 1, null, null],
  ['2026-02-01', 4, null, null],
  ['2026-02-15', 4, 7, null],
  ['2026-02-28', 4, 7, 25],
  ['2026-03-01', null, 7, 25],
])('at %s the price is what held then', (at, input, credits, rate) => {
  const found = pricesAt(history, { model: 'one', at: new Date(at) });
  expect([found.usd?.input ?? null, found.credits?.input ?? null, found.creditsPerUsd]).toEqual([input, credits, rate]);
});
