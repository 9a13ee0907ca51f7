import type { z } from 'zod';
import { countOf } from '#console/ui/figures.ts';
import type { GitDelivery } from '#contract/git-servers.ts';

type Delivery = z.infer<typeof GitDelivery>;

export interface RetryProgress {
  title: string;
  sentence: string;
  failed: number;
  /** Nothing of it waits any more. */
  isOver: boolean;
}

const deliveries = (count: number) => countOf(count, 'delivery', 'deliveries');

/** Of those that were tried again; one that is tried later once more has failed for now. Null: none of them is among `all`. */
export function progressOf(ids: readonly string[], all: readonly Delivery[]): RetryProgress | null {
  const retried = all.filter(({ id }) => ids.includes(id));
  if (retried.length === 0) return null;
  const isWaiting = ({ state, tries }: Delivery) => state === 'waiting' && tries === 0;
  const failed = retried.filter((one) => one.state === 'failed' || (one.state === 'waiting' && one.tries > 0)).length;
  const waiting = retried.filter(isWaiting).length;
  const done = retried.length - failed - waiting;
  const parts = [
    `${done} worked`,
    ...(failed > 0 ? [`${failed} did not, and ${failed === 1 ? 'is' : 'are'} tried again later`] : []),
    ...(waiting > 0 ? [`${waiting} to go`] : []),
  ];
  return {
    title: waiting > 0 ? `Trying ${deliveries(retried.length)} again` : `Tried ${deliveries(retried.length)} again`,
    sentence: `${parts.join(', ')}.`,
    failed,
    isOver: waiting === 0,
  };
}
