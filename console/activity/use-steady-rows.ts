import { useState } from 'react';

/**
 * Live rows that do not jump under the pointer: while `isHeld`, rows on show are renewed in place and new ones wait, counted in
 * `waiting`, until `release` is called or nothing holds them any more.
 */
export function useSteadyRows<Row extends { id: string }>(fresh: Row[], { isHeld }: { isHeld: boolean }) {
  const [heldIds, setHeldIds] = useState<string[] | null>(null);
  const freshIds = fresh.map(({ id }) => id);
  // Adjusted during rendering, as React asks for state that follows props.
  if (isHeld && heldIds === null) setHeldIds(freshIds);
  if (!isHeld && heldIds !== null) setHeldIds(null);
  const release = () => setHeldIds(freshIds);
  if (heldIds === null) return { rows: fresh, waiting: 0, release };
  const rows = fresh.filter(({ id }) => heldIds.includes(id));
  const firstShown = rows[0];
  const waiting = firstShown ? freshIds.indexOf(firstShown.id) : fresh.length;
  return { rows, waiting, release };
}
