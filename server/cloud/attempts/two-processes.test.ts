import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBlobFolder } from '#server/blobs/blob-folder.ts';
import { openBlobs } from '#server/blobs/open-blobs.ts';
import { readKeyRing } from '#server/crypto/key-ring.ts';
import { createSecretBox } from '#server/crypto/secret-box.ts';
import { migrate } from '#server/db/migrate.ts';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { askCancel, brokenRows, newWorld, RunnerPlayer, seedRunner } from '#testing/queue-players.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';
import { seedMember, seedWorkspace } from '#testing/test-services.ts';
import { endCancelled, expireLeases } from './expire-leases.ts';
import { putBackUnused } from './give-out.ts';
import { openClaims } from './open-claims.ts';

// Only PostgreSQL has more than one transaction at a time: two processes of Reeve on one database.
let postgres: PostgresServer;
let processes: OpenDatabase[];
let now = new Date('2026-11-20T10:00:00Z');
const clock = () => now;
const log = pino({ level: 'silent' });

beforeAll(async () => {
  postgres = await startPostgres();
  const open = () => openDatabase({ url: postgres.url, dataFolder: 'memory' });
  processes = [await open(), await open()];
  await migrate((processes[0] as OpenDatabase).db);
});
afterAll(async () => {
  for (const each of processes ?? []) await each.close();
  await postgres?.stop();
});

async function openPlay({ perMember, perWorkspace }: { perMember: number; perWorkspace: number }) {
  const secrets = createSecretBox(await readKeyRing(`1:${Buffer.alloc(32, 7).toString('base64')}`, 'the test'));
  const services = processes.map(({ db }) => {
    const signals: Services['signals'] = new EventEmitter();
    const blobs = openBlobs({ db, secrets, place: openBlobFolder(tmpdir()) });
    return { db, clock, secrets, log, signals, blobs };
  });
  const [first] = services as [(typeof services)[number]];
  const { workspaceId } = await seedWorkspace(first.db);
  await turnCloudOn({ db: first.db, workspaceId }, { perMember, perWorkspace });
  const memberIds: string[] = [];
  for (let count = 0; count < 4; count += 1)
    memberIds.push(await seedMember(first.db, { workspaceId, email: `m${count}@example.com`, role: 'codex-user' }));
  const attempts: string[] = [];
  for (let count = 0; count < 40; count += 1)
    attempts.push(
      ...(await seedTask(first, workspaceId, {
        memberId: memberIds[count % memberIds.length] ?? '',
        environmentId: null,
        attempts: 2,
        queuedAt: new Date(now.getTime() + count),
      })),
    );
  return { services, first, workspaceId, memberIds, attempts };
}

test('runners of two processes that claim, report, finish and are lost while others cancel: nothing runs twice, nothing is lost', async () => {
  const { services, first, workspaceId, attempts } = await openPlay({ perMember: 3, perWorkspace: 8 });
  const world = newWorld();
  const players = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const part = services[index % services.length] ?? first;
      return new RunnerPlayer(part, { workspaceId, id: await seedRunner(part, workspaceId), world });
    }),
  );
  let isOver = false;
  let turns = 0;
  const runningAtOnce: number[] = [];
  /** Each does something else with what it gets; every fifth is lost on the way. */
  const work = async (player: RunnerPlayer, index: number) => {
    for (let turn = index; !isOver; turn += 1) {
      const id = await player.claim({ isHeard: turn % 5 !== 0 });
      runningAtOnce.push(world.running.size);
      turns += 1;
      if (id === null) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      await Promise.all([player.report(id, 1), player.heartbeat()]);
      if (turn % 7 === 0) continue;
      await Promise.all([player.finish(id, 'answered'), player.report(id, 2), player.finish(id, 'answered')]);
    }
  };
  const keepTime = async () => {
    for (;;) {
      // By what was done, not by the clock on the wall: a busy machine loses no more leases than an idle one.
      const until = turns + 4 * players.length;
      while (turns < until) await new Promise((resolve) => setTimeout(resolve, 5));
      now = new Date(now.getTime() + 7_000);
      for (const player of players) player.fence();
      await Promise.all(services.map((part) => expireLeases(part)));
      await Promise.all(services.map((part) => endCancelled(part)));
      const { left } = await first.db
        .selectFrom('cloud_attempts')
        .select((by) => by.fn.countAll<number>().as('left'))
        .where('workspace_id', '=', workspaceId)
        .where('ending', 'is', null)
        .executeTakeFirstOrThrow();
      if (Number(left) === 0) break;
    }
    isOver = true;
  };
  const cancel = async () => {
    for (const [index, id] of attempts.entries())
      if (index % 6 === 0) await askCancel(services[index % 2] ?? first, workspaceId, id);
  };
  await Promise.all([keepTime(), cancel(), ...players.map(work)]);
  expect([...world.broken, ...(await brokenRows(first, workspaceId))]).toEqual([]);
  expect(Math.max(...runningAtOnce)).toBeLessThanOrEqual(8);
  const ends = await first.db
    .selectFrom('cloud_attempts')
    .select(['ending'])
    .where('workspace_id', '=', workspaceId)
    .execute();
  expect(ends).toHaveLength(80);
  expect(new Set(ends.map(({ ending }) => ending))).toContain('answered');
}, 300_000);

/** All of them claim at once; once as many as may run do, whoever comes then gets nothing, and those who still wait stop. */
async function claimWithAll(
  claims: readonly ReturnType<typeof openClaims>[],
  play: {
    first: Parameters<typeof seedRunner>[0];
    workspaceId: string;
    runnerIds: readonly string[];
    expected: number;
  },
) {
  const { first, workspaceId, runnerIds, expected } = play;
  const enough = new AbortController();
  const claiming = runnerIds.map((runnerId, index) =>
    claims[index % 2]?.wait({ workspaceId, runnerId }, { waitMs: 120_000, signal: enough.signal }),
  );
  const leased = () =>
    first.db
      .selectFrom('cloud_attempts')
      .select('id')
      .where('workspace_id', '=', workspaceId)
      .where('lease_until', 'is not', null)
      .execute();
  await expect.poll(async () => (await leased()).length).toBeGreaterThanOrEqual(expected);
  const { signal } = new AbortController();
  // Longer than the moment after which each process looks again, for those who wait as well.
  const late = claims.map(async (each) =>
    each.wait({ workspaceId, runnerId: await seedRunner(first, workspaceId) }, { waitMs: 1_500, signal }),
  );
  expect(await Promise.all(late)).toEqual(claims.map(() => null));
  // Before they stop: what somebody is given who has gone is put back.
  expect(await leased()).toHaveLength(expected);
  enough.abort();
  return Promise.all(claiming);
}

test('what two processes give out at the same moment stays within what the workspace and a member may run', async () => {
  const { services, first, workspaceId, memberIds } = await openPlay({ perMember: 2, perWorkspace: 5 });
  const runnerIds = await Promise.all(Array.from({ length: 20 }, () => seedRunner(first, workspaceId)));
  const claims = services.map((part) => openClaims(part));
  const given = await claimWithAll(claims, { first, workspaceId, runnerIds, expected: 5 });
  const leased = given.filter((each) => each !== null && each !== undefined);
  expect(leased).toHaveLength(5);
  expect(new Set(leased.map(({ attemptId }) => attemptId)).size).toBe(5);
  const rows = await first.db
    .selectFrom('cloud_attempts')
    .select(['member_id'])
    .where('workspace_id', '=', workspaceId)
    .where('lease_until', 'is not', null)
    .execute();
  const counts = [...Map.groupBy(rows, (row) => row.member_id).values()].map((each) => each.length);
  expect(counts.toSorted()).toEqual([1, 1, 1, 2]);
  expect(memberIds).toHaveLength(4);
  for (const each of claims) each.close();
});

test('what two processes give out at the same moment stays within the limits of groups', async () => {
  const { services, first, workspaceId, memberIds } = await openPlay({ perMember: 9, perWorkspace: 99 });
  const [one = '', two = '', three = '', four = ''] = memberIds;
  const limits = { most: [7, [one, two, three]], some: [3, [one, two]] } as const;
  for (const [name, [running_at_once, people]] of Object.entries(limits)) {
    const group = { workspace_id: workspaceId, id: `${workspaceId}-${name}` };
    await first.db
      .insertInto('groups')
      .values({ ...group, name, description: '', source: 'manual', created_at: now })
      .execute();
    await first.db
      .insertInto('group_members')
      .values(people.map((member_id) => ({ workspace_id: workspaceId, group_id: group.id, member_id, added_at: now })))
      .execute();
    await first.db
      .insertInto('cloud_group_limits')
      .values({ workspace_id: workspaceId, group_id: group.id, running_at_once })
      .execute();
  }
  const runnerIds = await Promise.all(Array.from({ length: 30 }, () => seedRunner(first, workspaceId)));
  const claims = services.map((part) => openClaims(part));
  await claimWithAll(claims, { first, workspaceId, runnerIds, expected: 7 + 9 });
  const rows = await first.db
    .selectFrom('cloud_attempts')
    .select(['member_id'])
    .where('workspace_id', '=', workspaceId)
    .where('lease_until', 'is not', null)
    .execute();
  const runs = (...ids: string[]) => rows.filter(({ member_id }) => ids.includes(member_id ?? '')).length;
  expect({ some: runs(one, two), most: runs(one, two, three), others: runs(four) }).toEqual({
    some: 3,
    most: 7,
    others: 9,
  });
  for (const each of claims) each.close();
});

test('what is given to a runner that has gone is put back at once; one that waits in another process gets it', async () => {
  const { services, first, workspaceId } = await openPlay({ perMember: 1, perWorkspace: 1 });
  const [one, other] = services.map((part) => openClaims(part));
  const gone = new AbortController();
  const runnerIds = [await seedRunner(first, workspaceId), await seedRunner(first, workspaceId)];
  const left = one?.wait({ workspaceId, runnerId: runnerIds[0] ?? '' }, { waitMs: 20_000, signal: gone.signal });
  gone.abort();
  expect(await left).toBeNull();
  const waiting = other?.wait(
    { workspaceId, runnerId: runnerIds[1] ?? '' },
    { waitMs: 20_000, signal: new AbortController().signal },
  );
  const leased = await waiting;
  // The same attempt again: it was given to the one that had gone, and came back without waiting for a lease to end.
  expect(leased).toMatchObject({ epoch: 2, driver: 'docker', runtime: 'runc' });
  if (leased) await putBackUnused(first, workspaceId, leased);
  const rows = await first.db
    .selectFrom('cloud_attempts')
    .select(['losses'])
    .where('workspace_id', '=', workspaceId)
    .where('epoch', '>', 0)
    .execute();
  expect(rows.every(({ losses }) => losses === 0)).toBe(true);
  one?.close();
  other?.close();
});
