import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backgroundJobs } from '#server/background-jobs.ts';
import { openLiveKeys } from '#server/crypto/live-keys.ts';
import { type OpenDatabase, openDatabase } from '#server/db/open-database.ts';
import { secretText } from '#server/secret-text.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { openJobs } from './open-jobs.ts';

let services: TestServices;
let opened: OpenDatabase;
beforeAll(async () => {
  services = await openTestServices();
  opened = await openDatabase({ url: null, dataFolder: 'memory' });
});
afterAll(async () => {
  await opened.close();
  await services.close();
});

const config = { databaseUrl: null };

test('every background job runs, twice in a row', async () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const keys = await openLiveKeys({ from: 'environment', keys: secretText(key) });
  await services.db
    .insertInto('rate_limits')
    .values([
      { key: 'old', points: 1, expire: services.clock().getTime() - 1 },
      { key: 'new', points: 1, expire: services.clock().getTime() + 60_000 },
    ])
    .execute();
  for (const { run } of backgroundJobs(services, keys)) {
    await run();
    await run();
  }
  expect(await services.db.selectFrom('rate_limits').select('key').execute()).toEqual([{ key: 'new' }]);
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
  await opened.pglite?.exec('select 1');
  const { rows } = (await opened.pglite?.query<{ name: string }>('select name from jobs.schedule')) ?? { rows: [] };
  expect(rows.map(({ name }) => name)).toEqual(['flaky']);
  await opened.pglite?.query(
    "insert into jobs.job (name, retry_limit, retry_delay) select 'flaky', retry_limit, 0 from jobs.queue where name = 'flaky'",
  );
  await attempts.promise;
  await jobs.close();
  expect(count).toBeGreaterThan(0);
  expect(lines.join('')).toContain('not today');
});
