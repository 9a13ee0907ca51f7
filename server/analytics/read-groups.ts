import type { Database } from '#server/db/open-database.ts';
import { addDays } from './local-days.ts';
import type { Period } from './period.ts';
import { figuresOf, seriesOf } from './read-figures.ts';
import {
  countActive,
  countActiveByGroup,
  countMembersNow,
  listGroupTotals,
  listSizes,
  listTopGroups,
  type UsageFilter,
} from './usage-queries.ts';

const mostGroups = 50;

/** How many members there were at the end of each bucket: what was kept last until then, or first after it. */
function sizesAt(sizes: readonly { day: string; members: number }[], { buckets, interval }: Period): number[] {
  let next = 0;
  let members = sizes[0]?.members ?? 0;
  return buckets.map((bucket) => {
    const last = interval === 'day' ? bucket : addDays(bucket, 6);
    for (let size = sizes[next]; size !== undefined && size.day <= last; size = sizes[next]) {
      members = size.members;
      next += 1;
    }
    return members;
  });
}

/** What the workspace and its groups used, and how many of their members. */
export async function readGroups(
  db: Database,
  workspaceId: string,
  { period, filter }: { period: Period; filter: UsageFilter },
) {
  const top = await listTopGroups(db, workspaceId, { period, filter, limit: mostGroups });
  const groupIds = top.map(({ id }) => id);
  const rows = Map.groupBy(await listGroupTotals(db, workspaceId, { period, filter, groupIds }), ({ key }) => key);
  const sizes = Map.groupBy(await listSizes(db, workspaceId, groupIds), ({ group_id }) => group_id);
  const active = await countActiveByGroup(db, workspaceId, { period, filter, groupIds });
  active.set('', await countActive(db, workspaceId, { period, filter }));
  const all = [{ id: '', name: 'Everybody', members: await countMembersNow(db, workspaceId) }, ...top];
  const groups = all.map(({ id, name, members }) => {
    const ofGroup = rows.get(id) ?? [];
    const series = seriesOf(ofGroup, period.buckets, { filter });
    const kept = sizesAt(sizes.get(id) ?? [], period);
    return {
      key: id,
      label: name,
      members,
      totals: { ...figuresOf(ofGroup, { filter }), activeMembers: active.get(id) ?? 0 },
      series,
      // Somebody who used it and was suspended since was active, and counts no more as a member.
      adoption: series.map(({ activeMembers }, index) => ({
        activeMembers,
        members: Math.max(kept[index] ?? 0, activeMembers),
      })),
    };
  });
  return { ...period, groups };
}
