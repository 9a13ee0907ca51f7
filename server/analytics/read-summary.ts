import type { Breakdown } from '#contract/analytics-figures.ts';
import type { Database } from '#server/db/open-database.ts';
import { type Period, periodBefore } from './period.ts';
import { figuresOf, seriesOf } from './read-figures.ts';
import {
  countActive,
  countActiveBy,
  type LeafRow,
  listMemberTotals,
  listTotals,
  type UsageFilter,
} from './usage-queries.ts';

/** Models beyond these are one row, `other`. */
const mostModels = 10;
const other = 'other';

interface Asked {
  period: Period;
  filter: UsageFilter;
}

const listRows = (db: Database, workspaceId: string, asked: Asked): Promise<LeafRow[]> =>
  asked.filter.memberId === undefined ? listTotals(db, workspaceId, asked) : listMemberTotals(db, workspaceId, asked);

function breakDown(
  rows: readonly LeafRow[],
  { by, period, filter, active }: Asked & { by: 'surface' | 'model'; active: ReadonlyMap<string, number> },
): Breakdown[] {
  const one = (key: string, ofKey: readonly LeafRow[]): Breakdown => ({
    key,
    label: key === '' ? 'not told' : key,
    totals: { ...figuresOf(ofKey, { filter, by }), activeMembers: active.get(key) ?? 0 },
    series: seriesOf(ofKey, period.buckets, { filter, by }),
  });
  const all = [...Map.groupBy(rows, (row) => row[by])].map(([key, ofKey]) => one(key, ofKey));
  const most = ({ totals }: Breakdown) => [totals.credits, totals.costUsd, totals.totalTokens, totals.calls];
  const sorted = all.sort((left, right) => {
    const [a, b] = [most(left), most(right)];
    const place = a.findIndex((value, index) => value !== b[index]);
    return place < 0 ? (left.key < right.key ? -1 : 1) : (b[place] ?? 0) - (a[place] ?? 0);
  });
  return sorted;
}

/** The most used models, and the others as one. */
async function withOthers(
  db: Database,
  workspaceId: string,
  { period, filter, rows, models }: Asked & { rows: readonly LeafRow[]; models: readonly Breakdown[] },
): Promise<Breakdown[]> {
  if (models.length <= mostModels + 1) return [...models];
  const shown = models.slice(0, mostModels);
  const exceptModels = shown.map(({ key }) => key);
  const others = rows.filter(({ model }) => !exceptModels.includes(model));
  const active = await countActive(db, workspaceId, { period, filter: { ...filter, exceptModels } });
  return [
    ...shown,
    {
      key: other,
      label: 'other models',
      totals: { ...figuresOf(others, { filter, by: 'model' }), activeMembers: active },
      series: seriesOf(others, period.buckets, { filter, by: 'model' }),
    },
  ];
}

/** What was used in a period and in the one before. */
export async function readSummary(db: Database, workspaceId: string, { period, filter }: Asked) {
  const before = periodBefore(period);
  const asked = { period, filter };
  const rows = await listRows(db, workspaceId, asked);
  const rowsBefore = await listRows(db, workspaceId, { period: before, filter });
  const active = await countActiveBy(db, workspaceId, asked);
  const activeBefore = await countActive(db, workspaceId, { period: before, filter });
  const models = breakDown(rows, { ...asked, by: 'model', active: active.model });
  return {
    ...period,
    totals: { ...figuresOf(rows, { filter }), activeMembers: active.all.get('') ?? 0 },
    previous: {
      from: before.from,
      to: before.to,
      totals: { ...figuresOf(rowsBefore, { filter }), activeMembers: activeBefore },
    },
    series: seriesOf(rows, period.buckets, { filter }),
    bySurface: breakDown(rows, { ...asked, by: 'surface', active: active.surface }),
    byModel: await withOthers(db, workspaceId, { ...asked, rows, models }),
  };
}
