import { formatCount, formatPrice } from '#console/ui/figures.ts';
import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { Price, PriceTerms } from '#contract/model-prices.ts';

const amounts = new Intl.NumberFormat('en', { maximumFractionDigits: 6 });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export const describeMoment = (at: string | null) => (at === null ? 'the beginning' : moment.format(new Date(at)));

const amountIn = (unit: PriceTerms['unit']) => (amount: number) =>
  unit === 'usd' ? formatPrice(amount) : `${amounts.format(amount)} credits`;

/** “$2.00 in, $0.50 cached, $10.00 out per million tokens”. */
export function describeTerms(terms: PriceTerms): string {
  if (terms.kind === 'rate')
    return terms.perUsd === null ? 'No credits' : `${amounts.format(terms.perUsd)} credits for one US dollar`;
  const { inputPerMillion: input, cachedInputPerMillion: cached, outputPerMillion: output, unit } = terms;
  if (input === null || output === null) return unit === 'usd' ? 'No price' : 'No price in credits';
  const say = amountIn(unit);
  return `${say(input)} in, ${cached === null ? '' : `${say(cached)} cached, `}${say(output)} out per million tokens`;
}

const states: Record<Price['state'], { tone: Tone; word: string }> = {
  planned: { tone: 'info', word: 'Planned' },
  'in-force': { tone: 'ok', word: 'In force' },
  past: { tone: 'quiet', word: 'Past' },
  replaced: { tone: 'off', word: 'Replaced by a correction' },
  withdrawn: { tone: 'off', word: 'Withdrawn' },
};
export const describeState = (state: Price['state']) => states[state];

/** From when until when it counts, or would have. */
export function describeSpan({ state, validFrom, validUntil }: Price): string {
  const from = `From ${describeMoment(validFrom)}`;
  return state === 'replaced' || state === 'withdrawn' || validUntil === null
    ? from
    : `${from} to ${describeMoment(validUntil)}`;
}

export function describeCorrection({ callsDone, callsChanged, finishedAt }: NonNullable<Price['correction']>): string {
  if (finishedAt === null) return `Pricing calls again: ${formatCount(callsDone)} so far.`;
  return `${formatCount(callsDone)} calls were priced again, ${formatCount(callsChanged)} of them cost something else now.`;
}
