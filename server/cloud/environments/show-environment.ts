import type { Environment } from '#contract/environments.ts';
import { listRepositories, type RepositoryRow } from '#server/connectors/index.ts';
import type { Services } from '#server/services.ts';
import { readSettings } from '#server/workspace/index.ts';
import { readWhyWaits } from '../tasks/why-it-waits.ts';
import { settingsOfRow } from './audited-settings.ts';
import { currentFingerprints } from './cache-fingerprint.ts';
import { listKept } from './cache-queries.ts';
import { listLiveRunners } from './choice-queries.ts';
import type { ListedEnvironment } from './environment-queries.ts';
import { type EnvironmentUser, mayEdit } from './environment-user.ts';
import { repositoryOf } from './repository-of.ts';
import { listEnvironmentsFor, requireEnvironment } from './require-environment.ts';
import { listSecretNames } from './secret-queries.ts';
import { asTry, heardOfSince } from './try-environment.ts';
import { listLastTries } from './try-queries.ts';

type ShowingServices = Pick<Services, 'db' | 'clock'>;

interface Surroundings {
  repositories: ReadonlyMap<string, RepositoryRow>;
  secrets: Awaited<ReturnType<typeof listSecretNames>>;
  kept: Awaited<ReturnType<typeof listKept>>;
  tries: Awaited<ReturnType<typeof listLastTries>>;
  runners: Awaited<ReturnType<typeof listLiveRunners>>;
  /** Limits that hold the member's tries up. */
  whyWaits: string | null;
  workspaceInternetAllowed: boolean;
}

async function readSurroundings(
  { db, clock }: ShowingServices,
  { workspaceId, memberId }: EnvironmentUser,
  environmentIds: readonly string[],
): Promise<Surroundings> {
  const now = clock();
  const tries = await listLastTries(db, workspaceId, { memberId, environmentIds });
  const isWaiting = tries.some(({ state }) => state === 'queued');
  const { agentInternetAllowed } = await readSettings(db, workspaceId);
  return {
    repositories: new Map((await listRepositories(db, workspaceId)).map((row) => [row.id, row])),
    secrets: await listSecretNames(db, workspaceId, environmentIds),
    kept: await listKept(db, workspaceId, environmentIds, now),
    tries,
    whyWaits: isWaiting ? await readWhyWaits(db, { workspaceId, memberId }) : null,
    runners: await listLiveRunners(db, workspaceId, heardOfSince(now)),
    workspaceInternetAllowed: agentInternetAllowed,
  };
}

function keptOf(row: ListedEnvironment, { kept, workspaceInternetAllowed }: Surroundings): Environment['cache'] {
  const current = currentFingerprints(row, { workspaceInternetAllowed });
  const newest = kept.find(({ environmentId, fingerprint }) => environmentId === row.id && current.has(fingerprint));
  if (!newest) return null;
  return {
    builtAt: newest.builtAt.toISOString(),
    expiresAt: newest.expiresAt.toISOString(),
    runnerName: newest.runnerName,
    bytes: Number(newest.bytes),
  };
}

function environmentOf(row: ListedEnvironment, user: EnvironmentUser, around: Surroundings): Environment {
  const lastTry = around.tries.find(({ environmentId }) => environmentId === row.id);
  return {
    ...settingsOfRow(row),
    id: row.id,
    creatorId: row.creatorId,
    creatorName: row.creatorName,
    isPinned: row.isPinned,
    taskCount: row.taskCount,
    repositories: row.repositoryIds.map((id) => repositoryOf(id, around.repositories.get(id))),
    secrets: around.secrets
      .filter(({ environmentId }) => environmentId === row.id)
      .map(({ name, updatedAt, updatedBy }) => ({ name, updatedAt: updatedAt.toISOString(), updatedBy })),
    mayEdit: mayEdit(user, row),
    revision: row.revision,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    cache: keptOf(row, around),
    lastTry: lastTry ? asTry(lastTry, around) : null,
  };
}

export async function showEnvironments(services: ShowingServices, user: EnvironmentUser): Promise<Environment[]> {
  const rows = await listEnvironmentsFor(services.db, user);
  const around = await readSurroundings(
    services,
    user,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => environmentOf(row, user, around));
}

/** @throws ReeveError not-found */
export async function showEnvironment(
  services: ShowingServices,
  user: EnvironmentUser,
  id: string,
): Promise<Environment> {
  const row = await requireEnvironment(services.db, user, id);
  return environmentOf(row, user, await readSurroundings(services, user, [id]));
}
