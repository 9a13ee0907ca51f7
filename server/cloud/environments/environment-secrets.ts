import type { z } from 'zod';
import type { EnvironmentVariable } from '#contract/environments.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { newCacheSalt } from './change-environment.ts';
import { requireCloudOn } from './cloud-gate.ts';
import { renewCacheSalt } from './environment-queries.ts';
import { type EnvironmentUser, subjectOf } from './environment-user.ts';
import { holdEnvironment } from './require-environment.ts';
import { deleteSecret, listSealedOf, putSecret } from './secret-queries.ts';

const contextOf = (environmentId: string, name: string) => `cloud_environment_secrets/${environmentId}/${name}`;

interface SavedSecret {
  name: string;
  updatedAt: string;
  updatedBy: string;
}

/** Kept containers were set up with the one before, so they go. @throws ReeveError cloud-off, not-found, not-permitted, already-exists */
export async function saveSecret(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  by: EnvironmentUser & { name: string; actor: Actor },
  { id, name, value }: { id: string; name: string; value: string },
): Promise<SavedSecret> {
  const { workspaceId, actor } = by;
  const at = clock();
  const sealed = await secrets.seal(value, contextOf(id, name));
  await db.transaction().execute(async (tx) => {
    await requireCloudOn(tx, workspaceId);
    const row = await holdEnvironment(tx, by, id);
    if (row.settings.variables.some((variable) => variable.name === name))
      throw new ReeveError('already-exists', { field: 'name', name });
    await putSecret(tx, workspaceId, { environmentId: id, name, sealed, at, by: by.name });
    await renewCacheSalt(tx, workspaceId, { id, salt: newCacheSalt() });
    await record(tx, actor, 'environment.secret-saved', { at, subject: subjectOf(row), name });
  });
  return { name, updatedAt: at.toISOString(), updatedBy: by.name };
}

/** Works while Codex cloud is off. @throws ReeveError not-found, not-permitted */
export async function removeSecret(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: EnvironmentUser & { actor: Actor },
  { id, name }: { id: string; name: string },
): Promise<void> {
  const { workspaceId, actor } = by;
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const row = await holdEnvironment(tx, by, id);
    if (!(await deleteSecret(tx, workspaceId, { environmentId: id, name })))
      throw new ReeveError('not-found', { name });
    await renewCacheSalt(tx, workspaceId, { id, salt: newCacheSalt() });
    await record(tx, actor, 'environment.secret-deleted', { at, subject: subjectOf(row), name });
  });
}

/** For the runner that sets it up, and nobody else. */
export const openSecretsOf = async (
  { db, secrets }: Pick<Services, 'db' | 'secrets'>,
  workspaceId: string,
  environmentId: string,
): Promise<z.infer<typeof EnvironmentVariable>[]> =>
  Promise.all(
    (await listSealedOf(db, workspaceId, environmentId)).map(async ({ name, sealed }) => ({
      name,
      value: await secrets.open(sealed, contextOf(environmentId, name)),
    })),
  );
