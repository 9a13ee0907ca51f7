import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { showFailure } from '#console/shell/show-result.ts';
import type { GitDelivery } from '#contract/git-servers.ts';
import { progressOf, type RetryProgress } from './retry-progress.ts';

type Delivery = z.infer<typeof GitDelivery>;

export interface DeliveryRetry {
  start(deliveryIds?: string[]): void;
  isBusy: boolean;
  /** Null before the first one of this visit, and for those that are too old to be listed. */
  progress: RetryProgress | null;
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
    progress: progressOf(retried, items ?? []),
  };
}
