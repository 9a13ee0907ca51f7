import { can } from '#contract/permissions.ts';
import { leaseSeconds } from '#contract/runner-protocol.ts';
import type { Database } from '#server/db/open-database.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { listLimitedMemberships } from '../group-limits/queries.ts';
import { tellChanged } from './changes.ts';
import { chooseLanes } from './choose-lanes.ts';
import { endAttempt } from './end-attempt.ts';
import type { Placing } from './fit-runner.ts';
import { type GroupRooms, groupRooms } from './group-rooms.ts';
import { type Picked, pickAttempts, type QueuedAttempt, type WaitingClaim } from './pick-attempts.ts';
import { putBackAttempt } from './put-back.ts';
import {
  countRunning,
  findClaimingRunners,
  insertLeases,
  listKeptEnvironments,
  lockQueue,
  readCloudStandings,
  readHeads,
  readLanes,
  readQueueLimits,
} from './queue-queries.ts';
import { giveAgain, onceEach } from './repeated-claims.ts';

/** A runner that asks for one attempt. */
export interface Claim {
  runnerId: string;
  /** The runner's own: the same when it asks again because it had no answer. */
  claimId?: string | undefined;
}

export interface Leased extends Placing {
  attemptId: string;
  epoch: number;
}

type FullClaim<One extends Claim> = WaitingClaim & { claim: One };

/** The claims with what their runners are now; those of runners that drain or were removed fall out. */
async function describeClaims<One extends Claim>(
  tx: Database,
  workspaceId: string,
  { claims: all, now }: { claims: readonly One[]; now: Date },
): Promise<FullClaim<One>[]> {
  const claims = await onceEach(tx, workspaceId, all);
  if (claims.length === 0) return [];
  const runnerIds = [...new Set(claims.map(({ runnerId }) => runnerId))];
  const runners = new Map((await findClaimingRunners(tx, workspaceId, runnerIds)).map((row) => [row.id, row]));
  const kept = await listKeptEnvironments(tx, workspaceId, { runnerIds, now });
  return claims.flatMap((claim) => {
    const runner = runners.get(claim.runnerId);
    if (!runner) return [];
    const { id: runnerId, labels, drivers } = runner;
    return [{ runnerId, labels, drivers, environments: kept.get(runnerId) ?? new Set<string>(), claim }];
  });
}

/** Of these attempts, those whose member may not use Codex cloud, or is gone. */
export async function withoutAccess<One extends { memberId: string | null }>(
  db: Database,
  workspaceId: string,
  attempts: readonly One[],
): Promise<One[]> {
  const memberIds = [...new Set(attempts.flatMap(({ memberId }) => memberId ?? []))];
  const standings = memberIds.length === 0 ? [] : await readCloudStandings(db, workspaceId, memberIds);
  const may = new Set(
    standings
      .filter(({ status, held }) => status === 'active' && can(permissionsFrom(held), 'codex-cloud.use'))
      .map(({ memberId }) => memberId),
  );
  return attempts.filter(({ memberId }) => memberId === null || !may.has(memberId));
}

interface Given<One extends Claim> {
  leases: { claim: One; leased: Leased }[];
  ended: string[];
}

/** As they are under the lock of the queue. */
async function readGroupRooms(
  tx: Database,
  workspaceId: string,
  { running, lanes }: { running: ReadonlyMap<string | null, number>; lanes: readonly QueuedAttempt[] },
): Promise<GroupRooms> {
  const memberIds = new Set([...running.keys(), ...lanes.map(({ memberId }) => memberId)]);
  const known = [...memberIds].filter((id) => id !== null);
  return groupRooms(await listLimitedMemberships(tx, workspaceId, known), running);
}

async function giveOutIn<One extends Claim>(
  tx: Database,
  workspaceId: string,
  { claims, lanes, now }: { claims: readonly One[]; lanes: readonly QueuedAttempt[]; now: Date },
): Promise<Given<One>> {
  await lockQueue(tx, workspaceId);
  const limits = await readQueueLimits(tx, workspaceId);
  if (!limits?.isOn) return { leases: [], ended: [] };
  const running = await countRunning(tx, workspaceId);
  const full = await describeClaims(tx, workspaceId, { claims, now });
  const total = [...running.values()].reduce((sum, count) => sum + count, 0);
  if (full.length === 0 || total >= limits.perWorkspace) return { leases: [], ended: [] };
  const groups = await readGroupRooms(tx, workspaceId, { running, lanes });
  const chosen = chooseLanes(lanes, { running, limits, groups }, full);
  const each = Math.min(full.length, limits.perMember);
  const heads = await readHeads(tx, workspaceId, { lanes: chosen, each });
  const picked = pickAttempts({ heads, running, limits, groups }, full);
  const refused = await withoutAccess(tx, workspaceId, [
    ...new Map(picked.map(({ attempt }) => [attempt.id, attempt])).values(),
  ]);
  for (const { id } of refused)
    await endAttempt(tx, { workspaceId, attemptId: id, ending: 'access-ended', at: now, ifQueued: true });
  const allowed = picked.filter(({ attempt }) => !refused.includes(attempt));
  return { leases: await lease(tx, workspaceId, { picked: allowed, now }), ended: refused.map(({ id }) => id) };
}

async function lease<One extends Claim>(
  tx: Database,
  workspaceId: string,
  { picked, now }: { picked: readonly Picked<FullClaim<One>>[]; now: Date },
): Promise<Given<One>['leases']> {
  const epochs = new Map(
    (
      await insertLeases(tx, workspaceId, {
        leases: picked.map(({ attempt, claim, driver }) => ({
          attemptId: attempt.id,
          runnerId: claim.runnerId,
          driver,
          claimId: claim.claim.claimId ?? null,
        })),
        at: now,
        until: new Date(now.getTime() + leaseSeconds * 1000),
      })
    ).map(({ id, epoch }) => [id, epoch]),
  );
  return picked.flatMap(({ attempt, claim: { claim }, driver, runtime }) => {
    const epoch = epochs.get(attempt.id);
    return epoch === undefined ? [] : [{ claim, leased: { attemptId: attempt.id, epoch, driver, runtime } }];
  });
}

/** Each time somebody without access came up, the others may get what is left. */
const mostRounds = 10;

/**
 * Gives the work of a workspace to the runners that ask, in one transaction that no other of its kind overlaps. Who gets nothing may
 * ask again.
 * @param known the oldest of each lane, as it was a moment ago: only where to look; what is given out is looked at again
 */
export async function giveOut<One extends Claim>(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  claims: readonly One[],
  known?: readonly QueuedAttempt[],
): Promise<Map<One, Leased>> {
  const given = await giveAgain(db, workspaceId, { claims, now: clock() });
  const lanes = known ?? (await readLanes(db, workspaceId));
  for (let round = 0; round < mostRounds; round += 1) {
    const open = claims.filter((claim) => !given.has(claim));
    if (open.length === 0 || lanes.length === 0) break;
    const { leases, ended } = await db
      .transaction()
      .execute((tx) => giveOutIn(tx, workspaceId, { claims: open, lanes, now: clock() }));
    for (const { claim, leased } of leases) given.set(claim, leased);
    tellChanged(workspaceId, ended);
    if (ended.length === 0) break;
  }
  return given;
}

/** For a lease that its runner never heard of; one that it did hear of, by another answer to the same claim, goes on. */
export async function putBackUnused(
  { db, blobs }: Pick<Services, 'db' | 'blobs'>,
  workspaceId: string,
  { attemptId, epoch }: Pick<Leased, 'attemptId' | 'epoch'>,
): Promise<void> {
  const isBack = await db
    .transaction()
    .execute((tx) =>
      putBackAttempt({ blobs }, tx, workspaceId, { id: attemptId, epoch, isLoss: false, ifUnheard: true }),
    );
  if (isBack) tellChanged(workspaceId, [attemptId]);
}
