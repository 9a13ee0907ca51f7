import type { Permission } from '#contract/permissions.ts';
import type { Actor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { withoutAccess } from '../attempts/give-out.ts';
import { readCloudStanding } from './standing-queries.ts';

/** Whoever works with tasks, by whichever way they come: the console or a Codex client. */
export interface TaskMember {
  workspaceId: string;
  memberId: string;
  permissions: ReadonlySet<Permission>;
  actor: Actor;
}

/**
 * What gives Codex something to do, or takes its work somewhere, is asked here first; what was done before can be read and cancelled
 * while Codex cloud is off.
 * @throws ReeveError cloud-off, not-permitted
 */
export async function requireCloud(db: Database, by: Pick<TaskMember, 'workspaceId' | 'memberId'>): Promise<void> {
  const standing = await readCloudStanding(db, by);
  if (!standing?.isOn) throw new ReeveError('cloud-off');
  if (standing.status !== 'active') throw new ReeveError('not-permitted', { permission: 'codex-cloud.use' });
}

/** For what goes on after the request was let in: the permission as it is now. @throws ReeveError cloud-off, not-permitted */
export async function requireCloudStill(db: Database, by: Pick<TaskMember, 'workspaceId' | 'memberId'>): Promise<void> {
  await requireCloud(db, by);
  const refused = await withoutAccess(db, by.workspaceId, [{ memberId: by.memberId }]);
  if (refused.length > 0) throw new ReeveError('not-permitted', { permission: 'codex-cloud.use' });
}
