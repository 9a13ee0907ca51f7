import type { Database } from '#server/db/open-database.ts';
import { listGroupLimitsOf } from '../group-limits/queries.ts';
import type { Owner } from './queries.ts';
import { readLoad } from './standing-queries.ts';

/** Which limits hold the member's attempts up, as one sentence; null when none does: they wait for a runner. */
export async function readWhyWaits(db: Database, owner: Owner): Promise<string | null> {
  const { running, runningPerMember, runningAll, runningPerWorkspace } = await readLoad(db, owner);
  const groups = await listGroupLimitsOf(db, owner.workspaceId, owner.memberId);
  const full = groups.filter((group) => group.running >= group.runningAtOnce);
  const reasons = [
    ...(running >= runningPerMember ? [`${running} of yours run, as many as one member may at once`] : []),
    ...full.map((group) => `${group.running} of the group “${group.name}” run, as many as its members may together`),
    ...(runningAll >= runningPerWorkspace ? [`${runningAll} run, as many as the workspace may at once`] : []),
  ];
  return reasons.length === 0 ? null : `It waits for room: ${reasons.join('; ')}.`;
}
