import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';

test('a real PostgreSQL, 15 or newer, starts and stops', async () => {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query('show server_version_num');
  await client.end();
  await server.stop();
  expect(Number(rows[0].server_version_num)).toBeGreaterThanOrEqual(150000);
});
