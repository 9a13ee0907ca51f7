import type { Shape, Since } from './shape.ts';

export interface CatalogueKey {
  /** `*` stands for a name of the author's choice, `[]` for an entry of a list. */
  path: readonly string[];
  shape: Shape;
  /** The newest of its own and of the tables around it; null: every tested client knows the key. */
  since: Since | null;
}

interface Place {
  path: readonly string[];
  since: Since | null;
}

const start: Place = { path: [], since: null };

const numbers = ({ version }: Since): number[] => version.split('.').map(Number);

function newest(outer: Since | null, inner: Since | undefined): Since | null {
  if (!outer || !inner) return inner ?? outer;
  const difference = numbers(inner).map((part, index) => part - (numbers(outer)[index] ?? 0));
  return (difference.find((part) => part !== 0) ?? 0) > 0 ? inner : outer;
}

/**
 * The keys below a table in the order of the catalogue, each before its own. A union shows the keys of all its alternatives, the same
 * path at most once.
 */
export function* walkKeys(shape: Shape, place: Place = start, seen = new Set<string>()): Generator<CatalogueKey> {
  for (const branch of shape.anyOf ?? []) yield* walkKeys(branch, place, seen);
  for (const [key, below] of Object.entries(shape.properties ?? {})) yield* walkBelow(below, key, place, seen);
  if (typeof shape.additionalProperties === 'object') yield* walkBelow(shape.additionalProperties, '*', place, seen);
  // Entries that are plain values have nothing to say that their list does not.
  if (shape.items) yield* walkKeys(shape.items, { ...place, path: [...place.path, '[]'] }, seen);
}

function* walkBelow(shape: Shape, key: string, outer: Place, seen: Set<string>): Generator<CatalogueKey> {
  const place = { path: [...outer.path, key], since: newest(outer.since, shape.since) };
  const name = writeKey(place.path);
  if (!seen.has(name)) yield { ...place, shape };
  seen.add(name);
  yield* walkKeys(shape, place, seen);
}

/** `rules.prefix_rules[].pattern[].any_of`, `mcp_servers.<name>.identity` */
export const writeKey = (path: readonly string[]): string =>
  path.reduce((written, part) => {
    if (part === '[]') return `${written}[]`;
    return (written === '' ? '' : `${written}.`) + (part === '*' ? '<name>' : part);
  }, '');
