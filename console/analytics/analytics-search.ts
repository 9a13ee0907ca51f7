import { useNavigate, useSearch } from '@tanstack/react-router';
import type { z } from 'zod';
import type { AnalyticsSearch } from '#console/page-search.ts';

export type AnalyticsSearchValue = z.infer<typeof AnalyticsSearch>;

/** What the address says, and how to change it. Every choice can be taken back with Back; what is typed, and how a panel looks, is none. */
export function useAnalyticsSearch() {
  const search = useSearch({ from: '/shell/analytics' });
  const navigate = useNavigate({ from: '/analytics' });
  const go = (part: Partial<AnalyticsSearchValue>, { replace }: { replace: boolean }) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace, resetScroll: false });
  return {
    search,
    choose: (part: Partial<AnalyticsSearchValue>) => go({ page: undefined, ...part }, { replace: false }),
    adjust: (part: Partial<AnalyticsSearchValue>) => go(part, { replace: true }),
  };
}

const tablesOf = ({ tables }: AnalyticsSearchValue) => (tables ?? '').split('.').filter((name) => name !== '');

export const isShownAsTable = (search: AnalyticsSearchValue, panel: string): boolean =>
  tablesOf(search).includes(panel);

/** @returns `tables` with this panel in or out */
export function withTable(search: AnalyticsSearchValue, panel: string, isTable: boolean): string | undefined {
  const others = tablesOf(search).filter((name) => name !== panel);
  return (isTable ? [...others, panel] : others).join('.') || undefined;
}

/** The filters of the page, as the endpoints take them. */
export const filtersOf = ({ surface, groupId, memberId, model }: AnalyticsSearchValue) => ({
  surface,
  groupId,
  memberId,
  model,
});

export const isFiltered = (search: AnalyticsSearchValue): boolean =>
  Object.values(filtersOf(search)).some((value) => value !== undefined);
