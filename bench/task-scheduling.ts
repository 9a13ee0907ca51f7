/**
 * 100,000 attempts of hosted tasks wait, of 1,000 members in four environments each, and 1,000 runners ask for work, half of them at each
 * of two processes of Reeve on one PostgreSQL. First all at once; then each ends what it does and asks again; then all say that they are
 * there. The tasks of a member came all together, one member after the other, so that the oldest first would serve a few members alone.
 * Goal: all 1,000 have work within 5 s, 99 of 100 later claims within 250 ms. Beside it the limit: the oldest row by `for update
 * skip locked`, which knows no members, no limits and no needs. Arguments for a smaller try: attempts, members, runners; with a fourth
 * there are so many groups with a limit and each member is in two of them; half of the groups are soon full.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { sql } from 'kysely';
import pino from 'pino';
import { openBlobFolder } from '#server/blobs/blob-folder.ts';
import { openBlobs } from '#server/blobs/open-blobs.ts';
import { finishAttempt } from '#server/cloud/attempts/finish-attempt.ts';
import type { Leased } from '#server/cloud/attempts/give-out.ts';
import { extendAttempts } from '#server/cloud/attempts/heartbeat.ts';
import { openClaims } from '#server/cloud/attempts/open-claims.ts';
import { readKeyRing } from '#server/crypto/key-ring.ts';
import { createSecretBox } from '#server/crypto/secret-box.ts';
import { migrate } from '#server/db/migrate.ts';
import { openDatabase } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { turnCloudOn } from '#testing/cloud-queue.ts';
import { dockerDriver } from '#testing/runner-client.ts';
import { startPostgres } from '#testing/servers/postgres.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { ms, printTable, quantile } from './measure.ts';

const [attempts = '100000', members = '1000', runners = '1000', groups = '0'] = process.argv.slice(2);
const size = { attempts: Number(attempts), members: Number(members), runners: Number(runners), groups: Number(groups) };
const atOnce = 16;
const ofEach = Math.ceil(size.attempts / size.members);

const postgres = await startPostgres();
const opened = [1, 2].map(() => openDatabase({ url: postgres.url, dataFolder: 'memory' }));
const databases = await Promise.all(opened);
const [{ db }] = databases as [(typeof databases)[number]];
await migrate(db);
const { workspaceId } = await seedWorkspace(db);
await turnCloudOn({ db, workspaceId }, { perMember: 4, perWorkspace: 10_000 });
await sql`
  insert into members (id, workspace_id, email, name, status, created_at)
  select 'mem_' || n, ${workspaceId}, 'm' || n || '@example.com', 'm' || n, 'active', now() from generate_series(1, ${size.members}::integer) n`.execute(
  db,
);
await sql`
  insert into role_grants (workspace_id, role_id, member_id, granted_at)
  select ${workspaceId}, 'codex-user', 'mem_' || n, now() from generate_series(1, ${size.members}::integer) n`.execute(
  db,
);
await sql`
  insert into cloud_tasks (id, workspace_id, member_id, environment_label, repository, branch, mode, source, sealed_title, created_at, updated_at)
  select 'task_' || n, ${workspaceId}, 'mem_' || ((n - 1) / ${ofEach}::integer + 1), 'Shop', 'acme/shop', 'main', 'code', 'console', '', now(), now()
  from generate_series(1, ${size.attempts}::integer) n`.execute(db);
await sql`
  insert into cloud_attempts (id, task_id, workspace_id, member_id, environment_id, turn_number, placement, state, needs, queued_at)
  select 'turn_' || n, 'task_' || n, ${workspaceId}, 'mem_' || ((n - 1) / ${ofEach}::integer + 1),
    'env_' || (n % 4), 1, 0, 'queued', '{"labels": [], "runtime": "any", "cpus": 1}',
    now() - make_interval(secs => ${size.attempts}::integer - n)
  from generate_series(1, ${size.attempts}::integer) n`.execute(db);
await sql`
  insert into cloud_runners (id, workspace_id, name, secret_hash, labels, drivers, version, protocol, capacity, registered_at, seen_at)
  select 'run_' || n, ${workspaceId}, 'r' || n, 'hash' || n, '[]', ${JSON.stringify([dockerDriver])}, '1', 1, 10, now(), now()
  from generate_series(1, ${size.runners}::integer) n`.execute(db);
await sql`
  insert into groups (id, workspace_id, name, description, source, created_at)
  select 'grp_' || n, ${workspaceId}, 'g' || n, '', 'manual', now() from generate_series(0, ${size.groups}::integer - 1) n`.execute(
  db,
);
if (size.groups > 0)
  await sql`
    insert into group_members (workspace_id, group_id, member_id, added_at)
    select distinct ${workspaceId}, 'grp_' || g, 'mem_' || n, now() from generate_series(1, ${size.members}::integer) n,
      lateral (values (n % ${size.groups}::integer), (n / 7 % ${size.groups}::integer)) v(g)`.execute(db);
await sql`
  insert into cloud_group_limits (group_id, workspace_id, running_at_once)
  select 'grp_' || n, ${workspaceId}, case n % 2 when 0 then 10000 else 5 end
  from generate_series(0, ${size.groups}::integer - 1) n`.execute(db);
await sql`analyze`.execute(db);

const secrets = createSecretBox(await readKeyRing(`1:${Buffer.alloc(32, 7).toString('base64')}`, 'the benchmark'));
const log = pino({ level: 'silent' });
const processes = databases.map((each) => {
  const signals: Services['signals'] = new EventEmitter();
  const blobs = openBlobs({ db: each.db, secrets, place: openBlobFolder(tmpdir()) });
  const services = { db: each.db, clock: () => new Date(), secrets, log, signals, blobs };
  return { services, claims: openClaims(services) };
});
const partOf = (index: number) => processes[index % processes.length] as (typeof processes)[number];
const runnerId = (index: number) => `run_${index + 1}`;
const signal = new AbortController().signal;

const timed = async <Result>(into: number[], what: () => Promise<Result>): Promise<Result> => {
  const startedAt = performance.now();
  const result = await what();
  into.push(performance.now() - startedAt);
  return result;
};
const claim = (index: number) =>
  partOf(index).claims.wait(
    { workspaceId, runnerId: runnerId(index), claimId: randomUUID() },
    { waitMs: 30_000, signal },
  );
/** `atOnce` at a time. */
const eachOf = async (count: number, run: (index: number) => Promise<void>): Promise<number> => {
  let next = 0;
  const startedAt = performance.now();
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await run(index);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (performance.now() - startedAt) / 1000;
};

const burst: number[] = [];
const burstAt = performance.now();
const held: (Leased | null)[] = await Promise.all(
  Array.from({ length: size.runners }, (_, index) => timed(burst, () => claim(index))),
);
const burstSeconds = (performance.now() - burstAt) / 1000;

const finishes: number[] = [];
const claims: number[] = [];
const end = { detail: null, answer: null, commits: null, usage: null, ending: 'answered' } as const;
const steadySeconds = await eachOf(size.runners, async (index) => {
  const leased = held[index];
  if (!leased) throw new Error(`runner ${index} got nothing`);
  const { attemptId, epoch } = leased;
  const lease = { workspaceId, runnerId: runnerId(index), attemptId, epoch };
  await timed(finishes, () => finishAttempt(partOf(index).services, lease, { epoch, ...end }));
  held[index] = await timed(claims, () => claim(index));
});

const beats: number[] = [];
const beatSeconds = await eachOf(size.runners, async (index) => {
  const leased = held[index];
  if (!leased) throw new Error(`runner ${index} got nothing`);
  const { attemptId, epoch } = leased;
  await timed(beats, async () => {
    const who = { workspaceId, runnerId: runnerId(index) };
    const [order] = await extendAttempts(partOf(index).services, who, [{ attemptId, epoch }]);
    if (order?.order !== 'go-on') throw new Error(`${attemptId}: ${order?.order}`);
  });
});

const bare: number[] = [];
const bareSeconds = await eachOf(size.runners, async (index) => {
  await timed(bare, () =>
    sql`update cloud_attempts set state = 'preparing', epoch = epoch + 1, runner_id = ${runnerId(index)}, lease_until = now()
      where id = (select id from cloud_attempts where workspace_id = ${workspaceId} and state = 'queued'
        order by queued_at, id limit 1 for update skip locked)`.execute(partOf(index).services.db),
  );
});

/** How often each member was given something; those who got nothing are in it. */
const { rows: given } = await sql<{ count: number }>`
  select count(a.id) filter (where a.claimed_at is not null)::integer as count
  from members m join cloud_attempts a on a.member_id = m.id group by m.id`.execute(db);

for (const each of processes) each.claims.close();
for (const each of databases) await each.close();
await postgres.stop();

const row = (name: string, values: number[], seconds: number) => [
  name,
  String(values.length),
  (values.length / seconds).toFixed(0),
  ms(quantile(values, 0.5)),
  ms(quantile(values, 0.99)),
  ms(quantile(values, 1)),
];
printTable(
  `${size.attempts} attempts of ${size.members} members wait, ${size.runners} runners, ${size.groups} limited groups, PostgreSQL`,
  ['what', 'number', 'a second', 'p50', 'p99', 'longest'],
  [
    row('all runners ask at once', burst, burstSeconds),
    row(`claims, ${atOnce} at a time`, claims, steadySeconds),
    row('ends between them', finishes, steadySeconds),
    row(`heartbeats, ${atOnce} at a time`, beats, beatSeconds),
    row('limit: the oldest, skip locked', bare, bareSeconds),
  ],
);
const counts = given.map(({ count }) => count);
const sum = counts.reduce((one, other) => one + other, 0);
const squares = counts.reduce((total, count) => total + count ** 2, 0);
printTable(
  'Fairness: what each member was given, in all claims above',
  ['claims', 'members', 'least', 'most', 'evenness (Jain; 1 is evenly)'],
  [
    [
      String(sum),
      String(counts.length),
      String(Math.min(...counts)),
      String(Math.max(...counts)),
      (sum ** 2 / (counts.length * squares)).toFixed(3),
    ],
  ],
);
