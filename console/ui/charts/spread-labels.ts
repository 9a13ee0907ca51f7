interface Room {
  /** The least distance between two labels. */
  gap: number;
  top: number;
  bottom: number;
}

/**
 * Moves labels that would cover each other apart, keeping their order.
 * @param wanted where each would like to be, in pixels from the top
 * @returns where each goes, in the order given
 */
export function spreadLabels(wanted: readonly number[], { gap, top, bottom }: Room): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((one, other) => one.y - other.y);
  const places = order.map(({ y }) => Math.min(Math.max(y, top), bottom));
  for (let at = 1; at < places.length; at++) places[at] = Math.max(places[at] ?? 0, (places[at - 1] ?? 0) + gap);
  // Down was too far: push back up from the bottom.
  let limit = bottom;
  for (let at = places.length - 1; at >= 0; at--) {
    places[at] = Math.min(places[at] ?? 0, limit);
    limit = (places[at] ?? 0) - gap;
  }
  const spread: number[] = [];
  for (const [at, { index }] of order.entries()) spread[index] = places[at] ?? 0;
  return spread;
}
