import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import {
  type EnvironmentRow,
  findReadable,
  type ListedEnvironment,
  listReadable,
  lockEnvironment,
  mayRead,
} from './environment-queries.ts';
import { type EnvironmentUser, managesAll, mayEdit } from './environment-user.ts';

const readerOf = (user: EnvironmentUser) => ({
  workspaceId: user.workspaceId,
  memberId: user.memberId,
  seesAll: managesAll(user),
});

/** What a member may give tasks to: theirs, those shared with them; all for whoever manages environments. Pinned ones first. */
export const listEnvironmentsFor = (db: Database, user: EnvironmentUser): Promise<ListedEnvironment[]> =>
  listReadable(db, readerOf(user));

/**
 * Whether this member may use it. One that is not shared with them is as unknown as one that never was.
 * @throws ReeveError not-found
 */
export async function requireEnvironment(
  db: Database,
  user: EnvironmentUser,
  environmentId: string,
): Promise<ListedEnvironment> {
  const environment = await findReadable(db, readerOf(user), environmentId);
  if (!environment) throw new ReeveError('not-found', { environmentId });
  return environment;
}

/** The same for what waited: it may have been unshared meanwhile. */
export const mayUse = (db: Database, user: EnvironmentUser, environmentId: string): Promise<boolean> =>
  mayRead(db, readerOf(user), environmentId);

/**
 * Held until the transaction ends.
 * @throws ReeveError not-found; not-permitted for whoever may use it only
 */
export async function holdEnvironment(
  tx: Database,
  user: EnvironmentUser,
  environmentId: string,
): Promise<EnvironmentRow> {
  await requireEnvironment(tx, user, environmentId);
  const environment = await lockEnvironment(tx, user.workspaceId, environmentId);
  if (!environment) throw new ReeveError('not-found', { environmentId });
  if (!mayEdit(user, environment)) throw new ReeveError('not-permitted', { permission: 'environments.write' });
  return environment;
}
