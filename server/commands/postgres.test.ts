import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '#testing/free-port.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

test('servers and a worker share a PostgreSQL database', async () => {
  const environment = { REEVE_DATABASE_URL: postgres.url };
  const reeve = await openInstallation(environment);
  expect((await reeve.run(['migrate'])).stdout).toContain('Applied: 0001-start');
  const first = await reeve.serve();
  const { owner } = await foundOrganisation(reeve, ownerLinkIn(first.stdout));
  await owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-upstream' });

  const other = await openInstallation(environment);
  const refused = await other.run(['serve']);
  expect(refused.exitCode).toBe(78);
  expect(refused.stderr).toContain('master key is missing');
  const anotherKey = Buffer.alloc(32, 1).toString('base64');
  const wrong = await other.run(['serve'], { REEVE_MASTER_KEY: anotherKey });
  expect(wrong.stderr).toContain('use the same key on all');
  await cp(join(reeve.dataFolder, 'keys'), join(other.dataFolder, 'keys'), { recursive: true });
  const second = await other.serve();
  expect(second.stdout).not.toContain('First owner');

  const worker = reeve.start(['work'], { REEVE_LISTEN: `127.0.0.1:${await freePort()}` });
  await worker.waitForOutput(/background jobs: purge-sign-ins/, { timeoutMs: 120_000 });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query('select name from jobs.schedule order by name');
  await client.end();
  expect(rows.map(({ name }) => name)).toContain('purge-rate-limits');
  worker.kill('SIGTERM');
  expect((await worker.exit).exitCode).toBe(0);

  const backup = await reeve.run(['backup', `${reeve.dataFolder}.tar`, '--with-keys']);
  expect(backup.stdout).toContain('pg_dump');
  expect(backup.stdout + backup.stderr).not.toContain(postgres.url);
  const doctor = await reeve.run(['doctor']);
  expect(doctor.stdout).toMatch(/ok +clock +agrees with the database/);
  expect(doctor.stdout).toMatch(/ok +database +PostgreSQL \d+/);
});

test('"work" on the embedded database says that "serve" does it', async () => {
  const reeve = await openInstallation();
  const refused = await reeve.run(['work']);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('"reeve serve" does the background jobs itself');
});
