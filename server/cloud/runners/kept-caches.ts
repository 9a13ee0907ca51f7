import type { Services } from '#server/services.ts';
import { readQueueLimits } from '../attempts/queue-queries.ts';
import { currentFingerprints } from '../environments/cache-fingerprint.ts';
import { listEnvironments } from '../environments/environment-queries.ts';
import { type ReportedCache, replaceCaches } from './cache-queries.ts';

type Part = Pick<Services, 'db' | 'clock'>;

interface OfRunner {
  runnerId: string;
  caches: readonly ReportedCache[];
}

/**
 * Takes down what a runner has kept, in place of what it said before, and finds what must not be used any more: its environment was
 * deleted, changed or reset, or its time is over.
 * @returns the fingerprints to drop
 */
export async function settleCaches(
  { db, clock }: Part,
  workspaceId: string,
  { runnerId, caches }: OfRunner,
): Promise<string[]> {
  const now = clock().getTime();
  const environments = await listEnvironments(db, workspaceId, [...new Set(caches.map((each) => each.environmentId))]);
  const workspaceInternetAllowed = (await readQueueLimits(db, workspaceId))?.isInternetAllowed ?? false;
  const known = new Map(
    environments.map((environment) => [
      environment.id,
      {
        hours: environment.settings.cacheHours,
        current: currentFingerprints(environment, { workspaceInternetAllowed }),
      },
    ]),
  );
  const kept = caches.flatMap((cache) => {
    const { hours = 0, current } = known.get(cache.environmentId) ?? {};
    const expiresAt = new Date(Date.parse(cache.builtAt) + hours * 3_600_000);
    return current?.has(cache.fingerprint) && expiresAt.getTime() > now ? [{ ...cache, expiresAt }] : [];
  });
  await replaceCaches(db, workspaceId, { runnerId, caches: kept });
  const serving = new Set(kept.map(({ fingerprint }) => fingerprint));
  return caches.map(({ fingerprint }) => fingerprint).filter((fingerprint) => !serving.has(fingerprint));
}
