import { type RawBuilder, sql } from 'kysely';

/** What is added up as it is. */
export const sums = [
  'calls',
  'failed_calls',
  'refused_calls',
  'unpriced_calls',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'credits',
  'cost_usd',
] as const;

/** One row is a leaf; a level leaves out some of these. */
export const leaf = ['surface', 'client', 'model'] as const;

/** Where something distinct is counted once: for each of these columns, with the ending of the figure's name. */
export const levels = [
  { ending: '', within: [] },
  { ending: '_of_surface', within: ['surface'] },
  { ending: '_of_client', within: ['client'] },
  { ending: '_of_model', within: ['model'] },
  { ending: '_of_surface_model', within: ['surface', 'model'] },
  { ending: '_of_leaf', within: ['surface', 'client', 'model'] },
] as const satisfies readonly { ending: string; within: readonly (typeof leaf)[number][] }[];

export const distinctNames = (name: 'threads' | 'turns' | 'members'): string[] =>
  levels.map(({ ending }) => `${name}${ending}`);

/** Every figure of a member's row, and of a total's. */
export const memberFigures: readonly string[] = [...sums, ...distinctNames('threads'), ...distinctNames('turns')];
export const totalFigures: readonly string[] = [...memberFigures, ...distinctNames('members')];

export const refs = (names: readonly string[], table?: string): RawBuilder<unknown> =>
  sql.join(names.map((name) => sql.ref(table === undefined ? name : `${table}.${name}`)));

export const summed = (names: readonly string[]): RawBuilder<unknown> =>
  sql.join(names.map((name) => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`));

/** What an upsert sets, and when it has anything to set: a row that is the same already stays as it is on the disk. */
export const overwritten = (names: readonly string[]): RawBuilder<unknown> =>
  sql.join(names.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`));
export const differs = (names: readonly string[]): RawBuilder<unknown> =>
  sql`(${refs(names, 't')}) is distinct from (${refs(names, 'excluded')})`;

/**
 * Counts distinct things in the leaves of a bucket, each once at every level: in the first leaf, by name, that it was seen in.
 * @param from a query with the bucket's columns, the leaf's and `thing`, each combination once
 */
export function distinctByLeaf(
  name: 'threads' | 'turns' | 'members',
  { bucket, from }: { bucket: readonly string[]; from: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const place = (within: readonly string[]) =>
    sql`row_number() over (partition by ${refs([...bucket, 'thing', ...within])} order by ${refs(leaf)})`;
  const places = levels.map(({ ending, within }) => sql`${place(within)} as ${sql.ref(`place${ending}`)}`);
  const counts = levels.map(
    ({ ending }) => sql`count(*) filter (where ${sql.ref(`place${ending}`)} = 1) as ${sql.ref(`${name}${ending}`)}`,
  );
  const key = refs([...bucket, ...leaf]);
  return sql`select ${key}, ${sql.join(counts)} from (
    select ${key}, ${sql.join(places)} from (${from}) seen) placed group by ${key}`;
}
