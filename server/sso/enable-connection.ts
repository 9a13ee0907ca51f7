import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { lockWorkspace } from '#server/workspace/index.ts';
import { type ActingAdmin, requireOwnerFor } from './acting-admin.ts';
import {
  type ConnectionRow,
  countEnabledConnections,
  deleteConnection,
  lockConnection,
  readIsRequired,
  updateConnection,
} from './connection-queries.ts';

type ChangeServices = Pick<Services, 'db' | 'clock'>;

const subjectOf = ({ id, name }: ConnectionRow) => ({ kind: 'sso-connection', id, label: name });

/** One after the other in a workspace, because the last connection must not go while single sign-on is required. */
const changeStatus = (
  { db, clock }: ChangeServices,
  { workspaceId }: ActingAdmin,
  id: string,
  apply: (tx: Database, row: ConnectionRow, at: Date) => Promise<void>,
): Promise<void> =>
  db.transaction().execute(async (tx) => {
    await lockWorkspace(tx, workspaceId);
    const row = await lockConnection(tx, workspaceId, id);
    if (!row) throw new ReeveError('not-found');
    await apply(tx, row, clock());
  });

/** Only what a test proved: a mistake in the settings would otherwise be noticed by everybody at once. */
export async function enableConnection(services: ChangeServices, acting: ActingAdmin, id: string): Promise<void> {
  await changeStatus(services, acting, id, async (tx, row, at) => {
    requireOwnerFor('enable a connection', acting);
    if (row.status === 'enabled')
      throw new ReeveError('conflict', {}, { message: `“${row.name}” is enabled already.` });
    if (row.last_test?.outcome !== 'works' || row.tested_version !== row.settings_version)
      throw new ReeveError('sso-test-needed');
    await updateConnection(tx, id, { status: 'enabled', updated_at: at });
    await record(tx, acting.actor, 'sso-connection.enabled', { at, subject: subjectOf(row) });
  });
}

async function keepAWayIn(tx: Database, row: ConnectionRow): Promise<void> {
  if (row.status !== 'enabled' || !(await readIsRequired(tx, row.workspace_id))) return;
  if ((await countEnabledConnections(tx, row.workspace_id)) > 1) return;
  throw new ReeveError(
    'conflict',
    {},
    {
      message:
        'Single sign-on is required and this is the only connection that is on. Stop requiring it first, or enable another.',
    },
  );
}

/** Nobody signs in with it any more; who is signed in stays so. */
export async function disableConnection(services: ChangeServices, acting: ActingAdmin, id: string): Promise<void> {
  await changeStatus(services, acting, id, async (tx, row, at) => {
    if (row.status !== 'enabled') throw new ReeveError('conflict', {}, { message: `“${row.name}” is not enabled.` });
    await keepAWayIn(tx, row);
    await updateConnection(tx, id, { status: 'disabled', updated_at: at });
    await record(tx, acting.actor, 'sso-connection.disabled', { at, subject: subjectOf(row) });
  });
}

/** Links of members with their accounts go with it; the members stay. */
export async function removeConnection(services: ChangeServices, acting: ActingAdmin, id: string): Promise<void> {
  await changeStatus(services, acting, id, async (tx, row, at) => {
    await keepAWayIn(tx, row);
    await deleteConnection(tx, id);
    const { kind, status, settings } = row;
    await record(tx, acting.actor, 'sso-connection.deleted', {
      at,
      subject: subjectOf(row),
      before: { kind, status, settings },
    });
  });
}
