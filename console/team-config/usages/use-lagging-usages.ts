import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '#console/api.ts';

export interface LaggingCount {
  behind: number;
  modified: number;
}

const limit = 200;

/** How many repositories lag behind, counted from the first page of each state: `hasMore` says that there are more than that. */
export function useLaggingUsages() {
  const behind = useQuery(api.teamConfig.usages.queryOptions({ input: { state: 'behind', limit } }));
  const modified = useQuery(api.teamConfig.usages.queryOptions({ input: { state: 'modified', limit } }));
  return useMemo(() => {
    if (!behind.data || !modified.data) return { total: null, byBundle: null, hasMore: false };
    const hasMore = behind.data.nextCursor !== null || modified.data.nextCursor !== null;
    const byBundle = new Map<string, LaggingCount>();
    for (const { bundleId, state } of [...behind.data.items, ...modified.data.items]) {
      const before = byBundle.get(bundleId) ?? { behind: 0, modified: 0 };
      byBundle.set(bundleId, {
        behind: before.behind + Number(state === 'behind'),
        modified: before.modified + Number(state === 'modified'),
      });
    }
    const total: LaggingCount = { behind: behind.data.items.length, modified: modified.data.items.length };
    return { total, byBundle: hasMore ? null : byBundle, hasMore };
  }, [behind.data, modified.data]);
}
