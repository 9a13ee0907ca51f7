import type { z } from 'zod';
import type { HeartbeatAnswer, HeartbeatRequest } from '#contract/runner-protocol.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { extendAttempts, type OrderedLease } from '../attempts/heartbeat.ts';
import { readQueueLimits } from '../attempts/queue-queries.ts';
import { storableOrNull } from '../attempts/storable.ts';
import { listInternetOf } from '../environments/environment-queries.ts';
import { internetOf } from '../environments/internet-of-environment.ts';
import { settleCaches } from '../runners/kept-caches.ts';
import { noteRunner } from '../runners/queries.ts';
import type { CallingRunner } from './who-calls.ts';

type Heartbeat = z.infer<typeof HeartbeatRequest>;

/** With what the containers may reach by now: whoever turns it off does not wait for the end of what runs. */
async function withInternet(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  ordered: readonly OrderedLease[],
): Promise<z.infer<typeof HeartbeatAnswer>['leases']> {
  const ids = [...new Set(ordered.flatMap(({ environmentId }) => environmentId ?? []))];
  const rows = await listInternetOf(db, workspaceId, ids);
  const workspaceInternetAllowed = (await readQueueLimits(db, workspaceId))?.isInternetAllowed ?? false;
  const internet = new Map(rows.map(({ id, settings }) => [id, internetOf(settings, { workspaceInternetAllowed })]));
  return ordered.map(({ environmentId, ...lease }) => {
    const now = environmentId === null ? undefined : internet.get(environmentId);
    return now === undefined ? lease : { ...lease, internet: now };
  });
}

/** @throws ReeveError runner-unknown when it was removed this moment */
export async function answerHeartbeat(
  services: Pick<Services, 'db' | 'clock'>,
  { runnerId, workspaceId }: CallingRunner,
  { running, problem, caches, ip }: Heartbeat & { ip: string | null },
): Promise<z.infer<typeof HeartbeatAnswer>> {
  const { db, clock } = services;
  const noted = await noteRunner(db, workspaceId, {
    id: runnerId,
    at: clock(),
    address: ip,
    problem: storableOrNull(problem),
  });
  if (!noted) throw new ReeveError('runner-unknown');
  const ordered = await extendAttempts(services, { workspaceId, runnerId }, running);
  const leases = await withInternet(services, workspaceId, ordered);
  const dropCaches = await settleCaches(services, workspaceId, { runnerId, caches });
  return { leases, isDraining: noted.draining_at !== null, dropCaches };
}
