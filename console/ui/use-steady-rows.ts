import { useState } from 'react';

interface Steadiness {
  /** What the rows are of. Rows of another scope replace those on show at once. */
  scope: string;
  isHeld: boolean;
}

/**
 * Live rows that do not jump under the pointer: while `isHeld`, rows on show are renewed in place and new ones wait, counted in
 * `waiting`, until `release` is called or nothing holds them any more.
 */
export function useSteadyRows<Row extends { id: string }>(fresh: Row[], { scope, isHeld }: Steadiness) {
  const [held, setHeld] = useState<{ scope: string; ids: string[] } | null>(null);
  const freshIds = fresh.map(({ id }) => id);
  const hold = () => setHeld({ scope, ids: freshIds });
  const mustHold = isHeld && fresh.length > 0;
  // Adjusted during rendering, as React asks for state that follows props.
  if (mustHold && held?.scope !== scope) hold();
  if (!mustHold && held !== null) setHeld(null);
  if (!mustHold || held?.scope !== scope) return { rows: fresh, waiting: 0, release: hold };
  const rows = fresh.filter(({ id }) => held.ids.includes(id));
  const firstShown = rows[0];
  const waiting = firstShown ? freshIds.indexOf(firstShown.id) : fresh.length;
  return { rows, waiting, release: hold };
}
