import { randomBytes } from 'node:crypto';
import type { EnvironmentSettings } from '#contract/environments.ts';
import { can } from '#contract/permissions.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { listRepositories } from '#server/connectors/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { StoredEnvironmentSettings } from '#server/db/cloud-tables.ts';
import { refuseLostRace } from '#server/db/lost-race.ts';
import { shareHoldLock } from '#server/db/not-held.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { listModels } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { cancelAttempt } from '../attempts/end-attempt.ts';
import { dropTriesIn } from '../tasks/drop-tries.ts';
import { auditedChange, auditedSettings, type RepositoryUrls, settingsOfRow } from './audited-settings.ts';
import { forgetKept } from './cache-queries.ts';
import { listGroupsToChoose, lockGroupsOf } from './choice-queries.ts';
import { requireCloudOn } from './cloud-gate.ts';
import { requireEnvironmentRoom } from './environment-limits.ts';
import { dropEnvironment, insertEnvironment, replaceGroups, updateEnvironment } from './environment-queries.ts';
import { type EnvironmentUser, managesAll, subjectOf } from './environment-user.ts';
import { holdEnvironment } from './require-environment.ts';
import { listSecretNames } from './secret-queries.ts';
import { listUnended } from './try-queries.ts';

type WritingServices = Pick<Services, 'db' | 'clock'>;
export type EnvironmentAuthor = EnvironmentUser & { name: string; actor: Actor };

const badInput = (path: string, message: string) =>
  new ReeveError('bad-input', { issues: [{ path: [path], message }] });

export const newCacheSalt = (): string => randomBytes(16).toString('hex');

const readUrls = async (tx: Database, workspaceId: string): Promise<RepositoryUrls> =>
  new Map((await listRepositories(tx, workspaceId)).map(({ id, url }) => [id, url]));

/** What was there already may stay: a repository that was taken from the list meanwhile is refused where a task wants it. */
async function requireRepositories(
  tx: Database,
  workspaceId: string,
  { wanted, before }: { wanted: readonly string[]; before: readonly string[] },
): Promise<void> {
  const known = new Map((await listRepositories(tx, workspaceId)).map((row) => [row.id, row]));
  for (const id of wanted.filter((each) => !before.includes(each))) {
    const repository = known.get(id);
    if (!repository) throw new ReeveError('not-found', { repositoryId: id });
    if (!repository.isAllowed || repository.state !== 'connected' || repository.isArchived)
      throw new ReeveError('repository-not-allowed', { repositoryId: id, repository: repository.name });
  }
}

/** One shares with one's own groups; who may see all groups, with any. */
async function requireGroups(
  tx: Database,
  user: EnvironmentUser,
  { sharing, groupIds, before }: { sharing: string; groupIds: readonly string[]; before: readonly string[] },
): Promise<string[]> {
  if (sharing !== 'groups') return [];
  const wanted = [...new Set(groupIds)];
  if (wanted.length === 0) throw badInput('groupIds', 'Choose at least one group, or share with nobody.');
  const seesAll = managesAll(user) || can(user.permissions, 'members.read');
  const choices = await listGroupsToChoose(tx, user.workspaceId, seesAll ? null : user.memberId);
  const allowed = new Set([...choices.map(({ id }) => id), ...before]);
  const there = new Set((await lockGroupsOf(tx, user.workspaceId, wanted)).map(({ id }) => id));
  for (const groupId of wanted)
    if (!allowed.has(groupId) || !there.has(groupId)) throw new ReeveError('not-found', { groupId });
  return wanted;
}

async function requireModel(
  tx: Database,
  workspaceId: string,
  { model, before }: { model: string | null; before: string | null },
): Promise<void> {
  if (model === null || model === before) return;
  const models = await listModels(tx, workspaceId);
  if (!models.some(({ slug }) => slug === model)) throw badInput('model', 'Is no model that this workspace allows.');
}

const storedOf = ({
  label: _label,
  repositoryIds: _repositories,
  sharing: _sharing,
  groupIds: _groups,
  ...settings
}: EnvironmentSettings): StoredEnvironmentSettings => settings;

/** @returns its id. @throws ReeveError cloud-off, environment-limit, repository-not-allowed, not-found for a repository or group, bad-input */
export async function createEnvironment(
  { db, clock }: WritingServices,
  by: EnvironmentAuthor,
  input: EnvironmentSettings,
): Promise<string> {
  const { workspaceId, memberId, name, actor } = by;
  const id = newId('env');
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await requireCloudOn(tx, workspaceId);
    await requireEnvironmentRoom(tx, by);
    const repositoryIds = [...new Set(input.repositoryIds)];
    await requireRepositories(tx, workspaceId, { wanted: repositoryIds, before: [] });
    await requireModel(tx, workspaceId, { model: input.model, before: null });
    const groupIds = await requireGroups(tx, by, { ...input, before: [] });
    await insertEnvironment(tx, workspaceId, {
      id,
      creatorId: memberId,
      creatorName: name,
      label: input.label,
      settings: storedOf(input),
      repositoryIds,
      sharing: input.sharing,
      cacheSalt: newCacheSalt(),
      at,
    });
    await replaceGroups(tx, workspaceId, { id, groupIds });
    const after = auditedSettings({ ...input, repositoryIds, groupIds }, await readUrls(tx, workspaceId));
    await record(tx, actor, 'environment.created', { at, subject: subjectOf({ id, label: input.label }), after });
  });
  return id;
}

/** @throws ReeveError cloud-off, not-found, not-permitted, conflict, already-exists for a variable that is a secret, repository-not-allowed */
export async function changeEnvironment(
  { db, clock }: WritingServices,
  by: EnvironmentAuthor,
  { id, revision, ...input }: EnvironmentSettings & { id: string; revision: number },
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    await requireCloudOn(tx, workspaceId);
    const row = await holdEnvironment(tx, by, id);
    if (row.revision !== revision) throw new ReeveError('conflict', { revision: row.revision });
    const repositoryIds = [...new Set(input.repositoryIds)];
    await requireRepositories(tx, workspaceId, { wanted: repositoryIds, before: row.repositoryIds });
    await requireModel(tx, workspaceId, { model: input.model, before: row.settings.model });
    const groupIds = await requireGroups(tx, by, { ...input, before: row.groupIds });
    const names = new Set(input.variables.map(({ name }) => name));
    const taken = (await listSecretNames(tx, workspaceId, [id])).find(({ name }) => names.has(name));
    if (taken) throw new ReeveError('already-exists', { field: 'variables', name: taken.name });
    await updateEnvironment(tx, workspaceId, {
      id,
      revision: revision + 1,
      label: input.label,
      settings: storedOf(input),
      repositoryIds,
      sharing: input.sharing,
      at,
    });
    await replaceGroups(tx, workspaceId, { id, groupIds });
    const urls = await readUrls(tx, workspaceId);
    const change = auditedChange(settingsOfRow(row), { ...input, repositoryIds, groupIds }, urls);
    await record(tx, actor, 'environment.updated', { at, subject: subjectOf({ id, label: input.label }), ...change });
  });
}

/**
 * Its tasks stay to be read; what waits or runs in it ends, and tries of it go with all they left, save those of people on legal hold.
 * Works while Codex cloud is off. @throws ReeveError not-found, not-permitted, conflict when something of it changed at the same moment
 */
export async function deleteEnvironment(
  { db, clock, blobs }: WritingServices & Pick<Services, 'blobs'>,
  by: EnvironmentUser & { actor: Actor },
  id: string,
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  const write = async (tx: Database) => {
    await shareHoldLock(tx);
    const row = await holdEnvironment(tx, by, id);
    const secrets = (await listSecretNames(tx, workspaceId, [id])).map(({ name }) => name);
    const attempts = await listUnended(tx, workspaceId, id);
    for (const attemptId of attempts) await cancelAttempt(tx, workspaceId, { attemptId, at, actor });
    const { tries, ended } = await dropTriesIn(tx, { blobs }, { workspaceId, environmentId: id, at, actor });
    const kept = await forgetKept(tx, workspaceId, id);
    await dropEnvironment(tx, workspaceId, { id, at });
    const before = auditedSettings(settingsOfRow(row), await readUrls(tx, workspaceId));
    const counts = { secrets, kept, attempts: attempts.length, tries };
    await record(tx, actor, 'environment.deleted', { at, subject: subjectOf(row), before, ...counts });
    return [...attempts, ...ended];
  };
  // Attempts of several tasks: whoever ends one of them at this moment holds its row and wants another.
  tellChanged(workspaceId, await db.transaction().execute(write).catch(refuseLostRace));
}
