import { record, systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import type { ConnectionRow } from '../connections/connection-queries.ts';
import {
  type InstallationRow,
  insertInstallation,
  lockInstallation,
  updateInstallation,
} from '../connections/installation-queries.ts';
import { removeUnseenRepositories, saveRepositories } from '../connections/repository-list-queries.ts';
import type { FoundInstallation, FoundRepository } from './ask-installations.ts';

/** What GitHub answered about one installation. `askedAt` is before it was asked: answers may overtake each other. */
export interface InstallationAnswer {
  externalId: string;
  askedAt: Date;
  at: Date;
  /** Null: there is no such installation any more. */
  found: FoundInstallation | null;
  /** Null: not asked, as of one that is suspended. */
  repositories: FoundRepository[] | null;
}

type State = Pick<InstallationRow, 'state' | 'account' | 'selection' | 'permissions'>;

const stateOf = (found: FoundInstallation): State => ({
  state: found.isSuspended ? 'suspended' : 'active',
  account: found.account,
  selection: found.selection,
  permissions: found.permissions,
});

const told = ({ state, account, selection, permissions }: State) => ({
  ...{ state, account, selection },
  permissions: Object.fromEntries(Object.entries(permissions).sort()),
});

const isSame = (before: State, after: State): boolean => JSON.stringify(told(before)) === JSON.stringify(told(after));

/** The row, new or locked; null when a later answer is there, or there is nothing to write down. */
async function openRow(
  tx: Database,
  connection: ConnectionRow,
  { externalId, askedAt, at, found }: InstallationAnswer,
): Promise<{ row: InstallationRow; isNew: boolean } | null> {
  const of = { workspaceId: connection.workspace_id, connectionId: connection.id };
  const isNew =
    found !== null &&
    (await insertInstallation(tx, {
      id: newId('gin'),
      workspace_id: of.workspaceId,
      connection_id: of.connectionId,
      external_id: externalId,
      account: found.account,
      account_kind: found.accountKind,
      selection: found.selection,
      permissions: JSON.stringify(found.permissions),
      state: found.isSuspended ? 'suspended' : 'active',
      since: found.since,
      checked_at: askedAt,
    }));
  const row = await lockInstallation(tx, of, externalId);
  // A time that has not come yet is of a clock that was wrong.
  const isLater = row?.checked_at != null && row.checked_at > askedAt && row.checked_at <= at;
  if (!row || isLater) return null;
  return { row, isNew };
}

async function applyRepositories(
  tx: Database,
  row: InstallationRow,
  { askedAt, at, repositories, found }: InstallationAnswer,
): Promise<void> {
  if (found !== null && repositories === null) return;
  await saveRepositories(
    tx,
    (repositories ?? []).map((repository) => ({
      id: newId('rep'),
      workspace_id: row.workspace_id,
      connection_id: row.connection_id,
      installation_id: row.id,
      external_id: repository.externalId,
      name: repository.name,
      url: repository.url,
      default_branch: repository.defaultBranch,
      is_private: repository.isPrivate,
      is_archived: repository.isArchived,
      removed_at: null,
      seen_at: askedAt,
    })),
    at,
  );
  await removeUnseenRepositories(tx, { workspaceId: row.workspace_id, installationId: row.id, askedAt, at });
}

/** Writes an answer down, unless a later one is there, and records what changed of the installation. */
export async function applyInstallation(
  tx: Database,
  connection: ConnectionRow,
  answer: InstallationAnswer,
): Promise<void> {
  const opened = await openRow(tx, connection, answer);
  if (!opened) return;
  const { row, isNew } = opened;
  const before: State = row;
  const after: State = answer.found ? stateOf(answer.found) : { ...before, state: 'removed' };
  await updateInstallation(tx, row, {
    ...after,
    permissions: JSON.stringify(after.permissions),
    checked_at: answer.askedAt,
  });
  await applyRepositories(tx, row, answer);
  if (!isNew && isSame(before, after)) return;
  await record(tx, systemActor('GitHub', connection.workspace_id), 'git.installation-changed', {
    at: answer.at,
    subject: { kind: 'git-connection', id: connection.id, label: connection.name },
    installation: answer.externalId,
    ...(!isNew && { before: told(before) }),
    after: told(after),
  });
}
