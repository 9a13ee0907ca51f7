import { sql } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { findHeldRoles } from '#server/roles/index.ts';
import { migrate, openMigrator } from './migrate.ts';
import { openDatabase } from './open-database.ts';

/** A database as version 0.1 left it: its first two migrations and nothing else. */
async function openFormerDatabase() {
  const serverUrl = process.env.REEVE_TEST_DATABASE_URL;
  let url: string | null = null;
  if (serverUrl) {
    const name = newId('test');
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  }
  const opened = await openDatabase({ url, dataFolder: 'memory' });
  onTestFinished(() => opened.close());
  const { error } = await openMigrator(opened.db).migrateTo('0002-access-changes');
  if (error) throw error;
  return opened.db;
}

test('an upgrade from 0.1 keeps everybody and what they may do', async () => {
  const db = await openFormerDatabase();
  const at = new Date('2026-11-01T08:00:00Z');
  await sql`insert into workspaces (id, name, record_content_enabled, created_at, updated_at)
    values ('ws_1', 'Example Ltd', true, ${at}, ${at})`.execute(db);
  await sql`insert into model_calls (id, workspace_id, credential, outcome, started_at, request_text)
    values ('call_1', 'ws_1', 'none', 'completed', ${at}, 'kept')`.execute(db);
  for (const role of ['owner', 'codex-admin', 'analytics-viewer', 'member'])
    await sql`insert into members (id, workspace_id, email, name, role, status, created_at)
      values (${`mem_${role}`}, 'ws_1', ${`${role}@example.com`}, ${role}, ${role}, 'active', ${at})`.execute(db);
  await sql`insert into sessions (id, workspace_id, member_id, token_hash, started_at, last_seen_at, expires_at)
    values ('ses_1', 'ws_1', 'mem_owner', 'hash', ${at}, ${at}, ${at})`.execute(db);

  expect((await migrate(db))[0]).toBe('0003-roles');

  const rolesOf = async (role: string) => (await findHeldRoles(db, 'ws_1', `mem_${role}`)).map(({ id }) => id);
  expect(await rolesOf('owner')).toEqual(['owner']);
  expect(await rolesOf('codex-admin')).toEqual(['codex-admin']);
  expect(await rolesOf('analytics-viewer')).toEqual(['analytics-viewer']);
  // The former role of everybody else is the default role now.
  expect(await rolesOf('member')).toEqual(['codex-user']);
  expect(await db.selectFrom('members').select(['status', 'source']).distinct().execute()).toEqual([
    { status: 'active', source: 'manual' },
  ]);
  expect(await db.selectFrom('sessions').select(['method', 'second_factor_at']).execute()).toEqual([
    { method: 'password', second_factor_at: null },
  ]);
  // What it chose to keep it goes on keeping, and what was kept waits to be sealed.
  expect(await db.selectFrom('workspaces').select('local_content_kept').execute()).toEqual([
    { local_content_kept: true },
  ]);
  expect(await db.selectFrom('former_calls').select(['id', 'request_text']).execute()).toEqual([
    { id: 'call_1', request_text: 'kept' },
  ]);
});
