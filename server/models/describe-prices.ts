import type { Price, PriceState, PriceTerms } from '#contract/model-prices.ts';
import type { ListedPrice, PriceRow } from './price-queries.ts';

/** Before any call: a price that holds from the beginning. */
export const beginning = new Date(0);

export const termsOf = (row: PriceRow): PriceTerms =>
  row.model === null
    ? { kind: 'rate', unit: 'credits', perUsd: row.per_usd }
    : {
        kind: 'tokens',
        model: row.model,
        unit: row.unit,
        inputPerMillion: row.input_per_million,
        cachedInputPerMillion: row.cached_input_per_million,
        outputPerMillion: row.output_per_million,
      };

export const columnsOf = (terms: PriceTerms) => ({
  model: terms.kind === 'rate' ? null : terms.model,
  unit: terms.unit,
  input_per_million: terms.kind === 'rate' ? null : terms.inputPerMillion,
  cached_input_per_million: terms.kind === 'rate' ? null : terms.cachedInputPerMillion,
  output_per_million: terms.kind === 'rate' ? null : terms.outputPerMillion,
  per_usd: terms.kind === 'rate' ? terms.perUsd : null,
});

/** What a row is about: prices take each other's place within one of these. */
const aboutOf = ({ model, unit }: PriceRow) => JSON.stringify([model, unit]);

/** The rows of one subject that price something, in time: of those that begin together, the one recorded last. */
function inTime(rows: readonly ListedPrice[]): ListedPrice[] {
  const byStart = new Map<number, ListedPrice>();
  for (const row of rows) if (row.withdrawn_at === null) byStart.set(row.valid_from.getTime(), row);
  return [...byStart.values()].sort((one, other) => one.valid_from.getTime() - other.valid_from.getTime());
}

function stateOf(row: ListedPrice, { line, now }: { line: readonly ListedPrice[]; now: Date }): PriceState {
  if (row.withdrawn_at !== null) return 'withdrawn';
  const place = line.indexOf(row);
  if (place < 0) return 'replaced';
  if (row.valid_from > now) return 'planned';
  const next = line[place + 1];
  return next !== undefined && next.valid_from <= now ? 'past' : 'in-force';
}

const iso = (at: Date | null | undefined) => at?.toISOString() ?? null;

function describe(row: ListedPrice, { line, now }: { line: readonly ListedPrice[]; now: Date }): Price {
  const place = line.indexOf(row);
  return {
    id: row.id,
    terms: termsOf(row),
    state: stateOf(row, { line, now }),
    validFrom: row.valid_from.getTime() === beginning.getTime() ? null : row.valid_from.toISOString(),
    validUntil: place < 0 ? null : iso(line[place + 1]?.valid_from),
    recordedAt: row.recorded_at.toISOString(),
    recordedBy: row.recorded_by,
    message: row.message,
    withdrawnAt: iso(row.withdrawn_at),
    withdrawnBy: row.withdrawn_by,
    correction:
      row.correction_id === null
        ? null
        : {
            callsDone: row.calls_done ?? 0,
            callsChanged: row.calls_changed ?? 0,
            finishedAt: iso(row.finished_at),
          },
  };
}

/** The history as it is told: the latest beginning first, and of one moment what was recorded last. `rows`: as they were recorded. */
export function describePrices(rows: readonly ListedPrice[], now: Date): Price[] {
  const lines = new Map<string, ListedPrice[]>();
  for (const row of rows) lines.set(aboutOf(row), [...(lines.get(aboutOf(row)) ?? []), row]);
  const inLine = new Map([...lines].map(([about, members]) => [about, inTime(members)]));
  return [...rows]
    .reverse()
    .sort((one, other) => other.valid_from.getTime() - one.valid_from.getTime())
    .map((row) => describe(row, { line: inLine.get(aboutOf(row)) ?? [], now }));
}
