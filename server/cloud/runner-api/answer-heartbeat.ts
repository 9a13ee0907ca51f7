import type { z } from 'zod';
import type { HeartbeatAnswer, HeartbeatRequest } from '#contract/runner-protocol.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { extendAttempts } from '../attempts/heartbeat.ts';
import { storableOrNull } from '../attempts/storable.ts';
import { settleCaches } from '../runners/kept-caches.ts';
import { noteRunner } from '../runners/queries.ts';
import type { CallingRunner } from './who-calls.ts';

type Heartbeat = z.infer<typeof HeartbeatRequest>;

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
  const leases = await extendAttempts(services, { workspaceId, runnerId }, running);
  const dropCaches = await settleCaches(services, workspaceId, { runnerId, caches });
  return { leases, isDraining: noted.draining_at !== null, dropCaches };
}
