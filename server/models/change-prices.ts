import type { Price, PriceTerms } from '#contract/model-prices.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { openCorrection } from './correction-queries.ts';
import { beginning, columnsOf, describePrices, termsOf } from './describe-prices.ts';
import {
  insertPrice,
  isPricedModel,
  type ListedPrice,
  listPrices,
  type PriceRow,
  withdrawPrice,
} from './price-queries.ts';
import { lockModels } from './queries.ts';

interface Change {
  workspaceId: string;
  actor: Actor;
}

const refuse = (path: string, message: string) =>
  new ReeveError('bad-input', { issues: [{ path: [path], message }] }, { message });

const subjectOf = ({ id, model }: PriceRow) => ({ kind: 'price', id, label: model ?? 'Credits per US$' });

const named =
  ({ model, unit }: PriceRow) =>
  (row: ListedPrice) =>
    row.model === model && row.unit === unit;

async function told(tx: Database, row: PriceRow, now: Date): Promise<Price> {
  const all = (await listPrices(tx, row.workspace_id, row.model)).filter(named(row));
  const price = describePrices(all, now).find(({ id }) => id === row.id);
  if (!price) throw new ReeveError('not-found', { id: row.id });
  return price;
}

/** @throws ReeveError not-found, bad-input */
async function checkTerms(tx: Database, workspaceId: string, terms: PriceTerms): Promise<void> {
  if (terms.kind === 'rate') return;
  if (!(await isPricedModel(tx, workspaceId, terms.model))) throw new ReeveError('not-found', { model: terms.model });
  const { inputPerMillion: input, outputPerMillion: output, cachedInputPerMillion: cached } = terms;
  if ((input === null) !== (output === null))
    throw refuse(
      input === null ? 'terms.inputPerMillion' : 'terms.outputPerMillion',
      'A price needs both input and output.',
    );
  if (cached !== null && input === null)
    throw refuse('terms.cachedInputPerMillion', 'A price of cached input needs one of other input.');
}

interface NewPrice extends Change {
  terms: PriceTerms;
  validFrom: Date;
  message: string | null;
  at: Date;
}

const addRow = (tx: Database, { workspaceId, actor, terms, validFrom, message, at }: NewPrice): Promise<PriceRow> =>
  insertPrice(tx, {
    id: newId('price'),
    workspace_id: workspaceId,
    ...columnsOf(terms),
    valid_from: validFrom,
    recorded_at: at,
    recorded_by: actor.label,
    message,
    withdrawn_at: null,
    withdrawn_by: null,
  });

/** The price of a model that is allowed anew, where it is another one than its history says. In the transaction that allows it. */
export async function startPrice(
  tx: Database,
  { inForce, ...given }: Omit<NewPrice, 'message' | 'validFrom'> & { inForce: readonly (number | null)[] },
): Promise<void> {
  await checkTerms(tx, given.workspaceId, given.terms);
  const { input_per_million, cached_input_per_million, output_per_million } = columnsOf(given.terms);
  const asked = [input_per_million, cached_input_per_million, output_per_million];
  if (asked.every((price, index) => price === inForce[index])) return;
  // A first price has nothing before it that it could rewrite.
  const known = await listPrices(tx, given.workspaceId, columnsOf(given.terms).model);
  const isFirst = !known.some(({ model }) => model !== null);
  await addRow(tx, { ...given, validFrom: isFirst ? beginning : given.at, message: null });
}

/** @throws ReeveError bad-input for a moment in the past, not-found for a model nobody allowed */
export function addPrice(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor, terms, validFrom }: Change & { terms: PriceTerms; validFrom: Date | null },
): Promise<Price> {
  return db.transaction().execute(async (tx) => {
    await lockModels(tx, workspaceId);
    const at = clock();
    if (validFrom !== null && validFrom < at)
      throw refuse('validFrom', 'This is in the past. Correct the price instead, which prices its calls again.');
    await checkTerms(tx, workspaceId, terms);
    const row = await addRow(tx, { workspaceId, actor, terms, validFrom: validFrom ?? at, message: null, at });
    await record(tx, actor, 'price.added', {
      at,
      subject: subjectOf(row),
      terms,
      validFrom: row.valid_from,
      isPlanned: row.valid_from > at,
    });
    return told(tx, row, at);
  });
}

/** The next price about the same takes over where this one ends. */
const endOf = (rows: readonly ListedPrice[], row: PriceRow): Date | null =>
  rows
    .filter((other) => named(row)(other) && other.withdrawn_at === null && other.valid_from > row.valid_from)
    .map(({ valid_from }) => valid_from)
    .sort((one, other) => one.getTime() - other.getTime())[0] ?? null;

/** What was in force where the correction begins, for the audit log. */
const formerOf = (rows: readonly ListedPrice[], row: PriceRow): PriceTerms | null => {
  const before = rows.filter(
    (other) =>
      named(row)(other) && other.id !== row.id && other.withdrawn_at === null && other.valid_from <= row.valid_from,
  );
  const [former] = before.reverse().sort((one, other) => other.valid_from.getTime() - one.valid_from.getTime());
  return former ? termsOf(former) : null;
};

/** @throws ReeveError bad-input for a moment that is not past, not-found for a model nobody allowed */
export function correctPrice(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  {
    workspaceId,
    actor,
    terms,
    validFrom,
    message,
  }: Change & { terms: PriceTerms; validFrom: Date | null; message: string },
): Promise<Price> {
  return db.transaction().execute(async (tx) => {
    await lockModels(tx, workspaceId);
    const at = clock();
    if (validFrom !== null && validFrom >= at)
      throw refuse('validFrom', 'This is not past yet. Set or plan a price instead.');
    await checkTerms(tx, workspaceId, terms);
    const row = await addRow(tx, { workspaceId, actor, terms, validFrom: validFrom ?? beginning, message, at });
    const rows = await listPrices(tx, workspaceId, row.model);
    const until = endOf(rows, row);
    await openCorrection(tx, { price: row, until });
    await record(tx, actor, 'price.corrected', {
      at,
      subject: subjectOf(row),
      message,
      validFrom: row.valid_from,
      validUntil: until,
      before: formerOf(rows, row),
      after: terms,
    });
    return told(tx, row, at);
  });
}

/** @throws ReeveError not-found, conflict when it has begun */
export function withdrawPlannedPrice(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, actor, id }: Change & { id: string },
): Promise<Price> {
  return db.transaction().execute(async (tx) => {
    await lockModels(tx, workspaceId);
    const at = clock();
    const row = await withdrawPrice(tx, { workspaceId, id, at, by: actor.label });
    if (!row) {
      const known = (await listPrices(tx, workspaceId, null)).find((price) => price.id === id);
      if (!known || known.withdrawn_at !== null) throw new ReeveError('not-found', { id });
      const message = 'This price has begun, so calls were priced with it. Set another one, or correct it.';
      throw new ReeveError('conflict', { id }, { message });
    }
    await record(tx, actor, 'price.withdrawn', {
      at,
      subject: subjectOf(row),
      terms: termsOf(row),
      validFrom: row.valid_from,
    });
    return told(tx, row, at);
  });
}
