import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '#console/api.ts';
import type { Status } from './analytics-data.ts';

/** Changes when other figures would come out: everything received is counted, or some more of it is. */
const revisionOf = ({ freshness: { waiting, newestReceivedAt, countedThrough, recount }, timeZone }: Status): string =>
  JSON.stringify([waiting === 0 ? newestReceivedAt : countedThrough, recount?.daysDone, timeZone]);

/** Asks for the figures again when the cheap question “is there anything new?” says so. */
export function useLiveFigures(status: Status | undefined, isPaused: boolean): void {
  const queries = useQueryClient();
  const shown = useRef<string | null>(null);
  const revision = status && revisionOf(status);
  useEffect(() => {
    if (revision === undefined || isPaused) return;
    const former = shown.current;
    shown.current = revision;
    if (former === null || former === revision) return;
    const { summary, groups, tools, members } = api.analytics;
    for (const figures of [summary, groups, tools, members])
      void queries.invalidateQueries({ queryKey: figures.key() });
  }, [revision, isPaused, queries]);
}
