import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type HelloAnswer, type HelloRequest, heartbeatSeconds, leaseSeconds } from '#contract/runner-protocol.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { settleFormer } from '../attempts/expire-leases.ts';
import { describeRunner, lockRunner, type RunnerRow } from './queries.ts';
import { requireProtocol } from './register-runner.ts';

type Hello = z.infer<typeof HelloRequest>;

const factsOf = ({ drivers, capacity, version, protocol }: Hello | RunnerRow): Hello => ({
  drivers,
  capacity,
  version,
  protocol,
});

/**
 * Takes down what a runner is now, and puts back what its process before had.
 * @throws ReeveError runner-protocol, runner-unknown when it was removed this moment
 */
export async function greetRunner(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'blobs'>,
  { workspaceId, runnerId }: { workspaceId: string; runnerId: string },
  { ip, ...said }: Hello & { ip: string | null },
): Promise<z.infer<typeof HelloAnswer>> {
  requireProtocol(said.protocol);
  const { db, clock } = services;
  const at = clock();
  const after = factsOf(said);
  await db.transaction().execute(async (tx) => {
    const runner = await lockRunner(tx, workspaceId, runnerId);
    if (!runner) throw new ReeveError('runner-unknown');
    await describeRunner(tx, workspaceId, runnerId, { ...after, seen_at: at, address: ip });
    const before = factsOf(runner);
    if (isDeepStrictEqual(before, after)) return;
    const subject = { kind: 'runner', id: runnerId, label: runner.name };
    const actor = { ...systemActor(`Runner “${runner.name}”`, workspaceId), ip };
    await record(tx, actor, 'runner.changed', { at, subject, before, after });
  });
  await settleFormer(services, { workspaceId, runnerId, before: at });
  attemptChanges.emit('queued', { workspaceId });
  return { heartbeatSeconds, leaseSeconds };
}
