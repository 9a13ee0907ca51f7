import process from 'node:process';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '#server/audit/index.ts';
import { seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { askCancel, brokenRows, newWorld, RunnerPlayer, seedRunner, type World } from '#testing/queue-players.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { drainRunner, removeRunner } from '../runners/change-runner.ts';
import { endCancelled, expireLeases } from './expire-leases.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());

const runs = Number(process.env.REEVE_LEASE_RUNS ?? 12);

interface Play {
  workspaceId: string;
  memberIds: string[];
  runners: RunnerPlayer[];
  removed: RunnerPlayer[];
  attempts: string[];
  world: World;
}

const at = <Item>(items: readonly Item[], index: number): Item | undefined => items[index % Math.max(1, items.length)];

interface Step {
  kind:
    | 'queue'
    | 'claim'
    | 'claim-unheard'
    | 'heartbeat'
    | 'report'
    | 'finish'
    | 'finish-late'
    | 'cancel'
    | 'wait'
    | 'sweep'
    | 'drain'
    | 'remove';
  who: number;
  what: number;
}

async function playStep(play: Play, { kind, who, what }: Step): Promise<void> {
  const { workspaceId, memberIds, runners, attempts } = play;
  const runner = at(runners, who);
  const held = runner && at([...runner.held.keys()], what);
  const attemptId = at(attempts, what);
  const actor = systemActor('test', workspaceId);
  if (kind === 'queue') {
    const memberId = at(memberIds, who) ?? '';
    attempts.push(
      ...(await seedTask(services, workspaceId, { memberId, environmentId: null, attempts: (what % 3) + 1 })),
    );
  } else if (kind === 'wait') {
    services.setNow(new Date(services.clock().getTime() + (what % 20) * 1000));
    for (const each of [...runners, ...play.removed]) each.fence();
  } else if (kind === 'sweep') {
    await expireLeases(services);
    await endCancelled(services);
  } else if (kind === 'cancel') {
    if (attemptId !== undefined) await askCancel(services, workspaceId, attemptId);
  } else if (!runner) return;
  else if (kind === 'claim') await runner.claim();
  else if (kind === 'claim-unheard') await runner.claim({ isHeard: false });
  else if (kind === 'heartbeat') await runner.heartbeat();
  else if (kind === 'report' && held !== undefined) await runner.report(held, what + 1);
  else if (kind === 'finish' && held !== undefined) await runner.finish(held, 'changed');
  else if (kind === 'finish-late' && attemptId !== undefined) {
    const about = held ?? attemptId;
    await runner.finishLate(about, (runner.held.get(about)?.epoch ?? 2) - 1);
  } else if (kind === 'drain')
    await drainRunner(services, actor, { workspaceId, id: runner.id, isDraining: what % 2 === 0 });
  else if (kind === 'remove' && runners.length > 1) {
    await removeRunner(services, actor, { workspaceId, id: runner.id });
    runners.splice(runners.indexOf(runner), 1);
    // It hears of it with its next word; meanwhile it runs on.
    play.removed.push(runner);
  }
}

async function openPlay(): Promise<Play> {
  services.setNow(new Date('2026-11-20T10:00:00Z'));
  const { workspaceId } = await seedWorkspace(services.db);
  await turnCloudOn({ db: services.db, workspaceId }, { perMember: 2, perWorkspace: 5 });
  const world = newWorld();
  const memberIds: string[] = [];
  for (const name of ['ken', 'grace', 'linus'])
    memberIds.push(await seedMember(services.db, { workspaceId, email: `${name}@example.com`, role: 'codex-user' }));
  const runners: RunnerPlayer[] = [];
  for (let count = 0; count < 2; count += 1)
    runners.push(new RunnerPlayer(services, { workspaceId, id: await seedRunner(services, workspaceId), world }));
  const play: Play = { workspaceId, memberIds, runners, removed: [], attempts: [], world };
  for (const who of [0, 1]) await playStep(play, { kind: 'queue', who, what: 1 });
  return play;
}

/** Everybody does what is there, and nothing new comes. */
async function playToTheEnd(play: Play): Promise<void> {
  const { workspaceId, world } = play;
  const last = new RunnerPlayer(services, { workspaceId, id: await seedRunner(services, workspaceId), world });
  services.setNow(new Date(services.clock().getTime() + 120_000));
  for (const runner of [...play.runners, ...play.removed]) runner.fence();
  for (let round = 0; round <= play.attempts.length; round += 1) {
    await playStep(play, { kind: 'sweep', who: 0, what: 0 });
    for (let id = await last.claim(); id !== null; id = await last.claim()) await last.finish(id, 'answered');
  }
}

async function expectPromises({ workspaceId, world }: Play): Promise<void> {
  expect([...world.broken, ...(await brokenRows(services, workspaceId))]).toEqual([]);
  const running = await services.db
    .selectFrom('cloud_attempts')
    .select('member_id')
    .where('workspace_id', '=', workspaceId)
    .where('lease_until', 'is not', null)
    .execute();
  expect(running.length).toBeLessThanOrEqual(5);
  for (const rows of Map.groupBy(running, (row) => row.member_id).values()) expect(rows.length).toBeLessThanOrEqual(2);
}

const aStep = fc.record({
  // What moves leases comes more often than what moves tasks, so that few runs meet many of their ends.
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('claim' as const) },
    { weight: 4, arbitrary: fc.constantFrom('wait', 'sweep') },
    { weight: 2, arbitrary: fc.constantFrom('heartbeat', 'finish-late') },
    {
      weight: 3,
      arbitrary: fc.constantFrom('queue', 'claim-unheard', 'report', 'finish', 'cancel', 'drain', 'remove'),
    },
  ),
  who: fc.nat(11),
  what: fc.nat(39),
});

test('whatever order things happen in, no attempt runs twice at once, none is lost, and each ends once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 30, maxLength: 60, size: 'max' }), async (steps) => {
      const play = await openPlay();
      for (const step of steps) await playStep(play, step);
      await expectPromises(play);
      await playToTheEnd(play);
      await expectPromises(play);
      const left = await services.db
        .selectFrom('cloud_attempts')
        .select(['id', 'state'])
        .where('workspace_id', '=', play.workspaceId)
        .where('ending', 'is', null)
        .execute();
      expect(left).toEqual([]);
      for (const ends of play.world.finished.values()) expect(ends).toHaveLength(1);
      await services.db.deleteFrom('workspaces').where('id', '=', play.workspaceId).execute();
    }),
    { numRuns: runs, endOnFailure: true },
  );
}, 600_000);
