import type { Shape } from '#contract/requirements/shape.ts';

/** Stands for any entry of a list in a path. */
export const entry = '*';

/** What a key of the document may be: a value of `anyOf` counts as all of its tables and lists together. */
export function shapeAt(root: Shape, path: readonly string[]): Shape | null {
  let at: Shape[] = [root];
  for (const key of path) at = at.flatMap((shape) => step(shape, key));
  return at[0] ?? null;
}

/** Every shape a place may have, with `anyOf` unfolded. */
export const alternatives = (shape: Shape): Shape[] => [shape, ...(shape.anyOf ?? []).flatMap(alternatives)];

function step(shape: Shape, key: string): Shape[] {
  return alternatives(shape).flatMap((one) => {
    if (key === entry || /^\d+$/.test(key)) {
      if (one.items) return [one.items];
    }
    const named = one.properties?.[key];
    if (named) return [named];
    return one.additionalProperties ? [one.additionalProperties] : [];
  });
}

/** The keys with names that may stand in a table, in the order of the catalogue. */
export function keysIn(shape: Shape): [name: string, shape: Shape][] {
  const found = new Map<string, Shape>();
  for (const { properties = {} } of alternatives(shape))
    for (const [name, one] of Object.entries(properties)) if (!found.has(name)) found.set(name, one);
  return [...found];
}

/** The words that may stand for a value, each with what is known of it. */
export function wordsOf(shape: Shape): { word: string; note: string | null; since: string | null }[] {
  return alternatives(shape).flatMap(({ enum: words = [], valueNotes, valueSince }) =>
    words.map((word) => ({ word, note: valueNotes?.[word] ?? null, since: valueSince?.[word]?.version ?? null })),
  );
}
