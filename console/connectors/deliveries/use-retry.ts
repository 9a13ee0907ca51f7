import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { showFailure } from '#console/shell/show-result.ts';
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

export interface DeliveryRetry {
  start(deliveryIds?: string[]): void;
  isBusy: boolean;
  /** Null before the first one of this visit. */
  progress: RetryProgress | null;
}

const deliveries = (count: number) => countOf(count, 'delivery', 'deliveries');

/** Of those that were tried again; one that is tried later once more has failed for now. */
export function progressOf(ids: readonly string[], all: readonly Delivery[]): RetryProgress {
  const retried = all.filter(({ id }) => ids.includes(id));
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

/** `items` are those that are shown now, of any state. */
export function useRetry(connectionId: string, items: readonly Delivery[] | undefined): DeliveryRetry {
  const [retried, setRetried] = useState<string[]>([]);
  const queries = useQueryClient();
  const retry = useMutation(
    api.git.retryDeliveries.mutationOptions({
      onSuccess: ({ retried: ids }) => {
        setRetried(ids);
        void queries.invalidateQueries({ queryKey: api.git.key() });
      },
      onError: (error) => showFailure('The deliveries were not tried again', error),
    }),
  );
  return {
    start: (deliveryIds) => retry.mutate({ id: connectionId, ...(deliveryIds && { deliveryIds }) }),
    isBusy: retry.isPending,
    progress: retried.length > 0 && items ? progressOf(retried, items) : null,
  };
}
