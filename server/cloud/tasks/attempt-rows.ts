import { type AttemptState, attemptStates, isEnded } from '#contract/task-states.ts';

/** Waiting or running. */
export const liveStates: readonly AttemptState[] = attemptStates.filter((state) => !isEnded(state));

/** What came out best comes first; a failed one counts as long as nothing else is there. */
export const furthestFirst: readonly AttemptState[] = [
  'completed',
  'finishing',
  'working',
  'setting-up',
  'preparing',
  'queued',
  'failed',
  'cancelled',
];

interface Placed {
  turn_number: number;
  placement: number;
  state: AttemptState;
}

/** Where an attempt was retried, the newest one stands in its place. `rows` are in the order in which they were queued. */
export function newestOfEachPlace<Row extends Placed>(rows: readonly Row[]): Row[] {
  const places = new Map<string, Row>();
  for (const row of rows) places.set(`${row.turn_number}/${row.placement}`, row);
  return [...places.values()].sort((a, b) => a.turn_number - b.turn_number || a.placement - b.placement);
}

/** The one that stands for its turn. */
export const furthestOf = <Row extends Placed>(rows: readonly Row[]): Row | undefined =>
  [...rows].sort(
    (a, b) => furthestFirst.indexOf(a.state) - furthestFirst.indexOf(b.state) || a.placement - b.placement,
  )[0];
