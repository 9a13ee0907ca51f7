import { type Actor, record } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';
import { forgetKept } from './cache-queries.ts';
import { newCacheSalt } from './change-environment.ts';
import { renewCacheSalt } from './environment-queries.ts';
import { type EnvironmentUser, subjectOf } from './environment-user.ts';
import { holdEnvironment } from './require-environment.ts';

/** For everyone who shares it: runners are told with their next heartbeat, and no attempt takes it any more. @returns how many were kept */
export async function resetCache(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  by: EnvironmentUser & { actor: Actor },
  id: string,
): Promise<number> {
  const { workspaceId, actor } = by;
  const at = clock();
  return db.transaction().execute(async (tx) => {
    const row = await holdEnvironment(tx, by, id);
    const dropped = await forgetKept(tx, workspaceId, id);
    await renewCacheSalt(tx, workspaceId, { id, salt: newCacheSalt() });
    await record(tx, actor, 'environment.cache-reset', { at, subject: subjectOf(row), dropped });
    return dropped;
  });
}
