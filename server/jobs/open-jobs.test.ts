import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backgroundJobs } from '#server/background-jobs.ts';
import { openLiveKeys } from '#server/crypto/live-keys.ts';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { openJobs } from './open-jobs.ts';

let services: TestServices;
let opened: OpenDatabase;
let keyFile: string;
beforeAll(async () => {
  keyFile = join(await mkdtemp(join(tmpdir(), 'reeve-jobs-')), 'master.key');
  services = await openTestServices({ REEVE_MASTER_KEY_FILE: keyFile });
  opened = await openDatabase({ url: null, dataFolder: 'memory' });
});
afterAll(async () => {
  await opened.close();
  await services.close();
  await rm(dirname(keyFile), { recursive: true });
});

const config = { databaseUrl: null };

test('every background job may run again and again', async () => {
  const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  await writeFile(keyFile, `new:${key(1)}\nformer:${key(2)}\n`, { mode: 0o600 });
  const keys = await openLiveKeys(services.config.masterKey);
  const inOneHour = services.clock().getTime() + 3_600_000;
  const limits = [
    { key: 'old', points: 1, expire: services.clock().getTime() - 1 },
    { key: 'new', points: 1, expire: inOneHour },
  ];
  await services.db.insertInto('rate_limits').values(limits).execute();
  const runAll = async () => {
    for (const { run } of backgroundJobs(services, keys)) await run();
  };
  await runAll();
  await runAll();
  expect(await services.db.selectFrom('rate_limits').select('key').execute()).toEqual([{ key: 'new' }]);
  expect(keys.ring().all.map(({ id }) => id)).toEqual(['new', 'former']);
  const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000);
  await utimes(keyFile, eightDaysAgo, eightDaysAgo);
  await runAll();
  expect(keys.ring().all.map(({ id }) => id)).toEqual(['new']);
  await runAll();
});

test('a job that fails is tried again, and a job of a former version is forgotten', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
  const former = await openJobs({ opened, config, log }, [
    { name: 'former', cron: '0 0 1 1 *', run: async () => ({}) },
  ]);
  await former.close();
  const attempts = Promise.withResolvers<void>();
  let count = 0;
  const flaky = {
    name: 'flaky',
    cron: '* * * * *',
    run: async () => {
      count += 1;
      attempts.resolve();
      throw new Error('not today');
    },
  };
  const jobs = await openJobs({ opened, config, log }, [flaky]);
  const { rows } = (await opened.pglite?.query<{ name: string }>('select name from jobs.schedule')) ?? { rows: [] };
  expect(rows.map(({ name }) => name)).toEqual(['flaky']);
  await opened.pglite?.query(
    "insert into jobs.job (name, retry_limit, retry_delay) select 'flaky', retry_limit, 0 from jobs.queue where name = 'flaky'",
  );
  await attempts.promise;
  await jobs.close();
  expect(count).toBeGreaterThan(0);
  expect(lines.join('')).toContain('not today');
}, 120_000);
