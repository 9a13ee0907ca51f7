/** How a series is told from the others: a colour of the tokens, and without colour by its dashes (lines) or texture (areas). */
export interface SeriesLook {
  color: string;
  /** `stroke-dasharray`. */
  dashes: string;
  texture: 'plain' | 'rising' | 'dots' | 'falling' | 'level' | 'upright' | 'crossed' | 'sparse';
}

const textures = ['plain', 'rising', 'dots', 'falling', 'level', 'upright', 'crossed', 'sparse'] as const;
const dashes = ['none', '7 3', '2 3', '9 3 2 3', '12 4', '4 2', '1 4', '6 2 1 2'];

export const seriesLooks: readonly SeriesLook[] = textures.map((texture, index) => ({
  color: `var(--series-${index + 1})`,
  dashes: dashes[index] ?? 'none',
  texture,
}));

/** For everything that is summed up as “other” or is unknown. */
export const otherLook: SeriesLook = { color: 'var(--series-other)', dashes: '2 4', texture: 'sparse' };

export const lookAt = (place: number): SeriesLook => seriesLooks[place % seriesLooks.length] ?? otherLook;

/** FNV-1a, 32 bit: spreads names over the looks. */
const placeOf = (name: string): number => {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % seriesLooks.length;
};

/**
 * The same name looks the same in every chart, whoever else is in it; only when two would look alike the later by alphabet takes the next
 * free look. Reserved ones are only taken when there is no other.
 */
export function looksOf(
  names: readonly string[],
  reserved: readonly SeriesLook[] = [],
): ReadonlyMap<string, SeriesLook> {
  const taken = new Set(reserved.map((look) => seriesLooks.indexOf(look)));
  const looks = new Map<string, SeriesLook>();
  for (const name of [...names].sort()) {
    let place = placeOf(name);
    for (let step = 0; step < seriesLooks.length && taken.has(place); step++) place = (place + 1) % seriesLooks.length;
    taken.add(place);
    looks.set(name, lookAt(place));
  }
  return looks;
}
