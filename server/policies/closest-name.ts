function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_\s]/g, '');

/** The candidate a person most likely meant, or null when none is near. */
export function closestName(written: string, candidates: readonly string[]): string | null {
  if (written.length > 60) return null;
  const wanted = plain(written);
  let best: { name: string; far: number } | null = null;
  for (const name of candidates) {
    const candidate = plain(name);
    const farthest = Math.max(1, Math.floor(name.length / 4));
    // Each letter more or less is a step by itself, so most names need no closer look.
    if (Math.abs(candidate.length - wanted.length) > farthest) continue;
    const far = distance(wanted, candidate);
    if (far <= farthest && (best === null || far < best.far)) best = { name, far };
  }
  return best?.name ?? null;
}
