import { afterAll, beforeAll, expect, test } from 'vitest';
import { mintToken } from '#server/crypto/token-hash.ts';
import { seedKey } from '#testing/seed-key.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { keepFacts } from './keep-facts.ts';
import type { Database } from './open-database.ts';

let services: TestServices;
let db: Database;
let workspaceId: string;
let memberId: string;
const at = new Date();

beforeAll(async () => {
  services = await openTestServices();
  db = services.db;
  ({ workspaceId } = await seedWorkspace(db));
  memberId = await seedMember(db, { workspaceId, email: 'grace@example.com' });
  const policy = { id: 'pol_1', workspace_id: workspaceId, name: 'Baseline', contents: '', revision: 1 };
  await db
    .insertInto('policies')
    .values({ ...policy, created_at: at, updated_at: at, updated_by: null })
    .execute();
  await db
    .insertInto('groups')
    .values({ id: 'grp_1', workspace_id: workspaceId, name: 'All', created_at: at })
    .execute();
  const times = { created_at: at, expires_at: null, last_used_at: null, revoked_at: null };
  const owner = { workspace_id: workspaceId, member_id: memberId };
  const token = { kind: 'personal-access-token' as const, name: 'CI', hint: 'at-', token_hash: mintToken('at-').hash };
  await db
    .insertInto('access_tokens')
    .values({ id: 'tok_1', ...owner, ...token, ...times })
    .execute();
  const grant = { id: 'gra_1', oauth_grant_id: 'oauth_1', client_id: 'app', method: 'browser' as const, ip: null };
  await db
    .insertInto('client_grants')
    .values({ ...grant, ...owner, ...times, revoked_because: null })
    .execute();
  await seedKey(services, { workspaceId, scopes: ['scim'] });
});
afterAll(() => services.close());

/** PostgreSQL tells connections other than the writer's a moment later. */
async function settled(): Promise<number> {
  let seen = Number.NaN;
  while (seen !== services.changes.generation) {
    seen = services.changes.generation;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return seen;
}

const deciding: [what: string, change: () => Promise<unknown>][] = [
  ['a workspace switch', () => db.updateTable('workspaces').set({ codex_local_enabled: false }).execute()],
  ['the fallback', () => db.updateTable('workspaces').set({ fallback_policy_id: 'pol_1' }).execute()],
  ['a suspension', () => db.updateTable('members').set({ status: 'suspended' }).where('id', '=', memberId).execute()],
  [
    'a deprovisioning',
    () => db.updateTable('members').set({ status: 'deprovisioned' }).where('id', '=', memberId).execute(),
  ],
  [
    'a role that is given',
    () =>
      db
        .insertInto('role_grants')
        .values({
          workspace_id: workspaceId,
          role_id: 'codex-admin',
          member_id: memberId,
          group_id: null,
          granted_at: at,
        })
        .execute(),
  ],
  ['a role that is taken away', () => db.deleteFrom('role_grants').where('member_id', '=', memberId).execute()],
  [
    'what a role grants',
    async () => {
      const role = { id: 'rol_1', workspace_id: workspaceId, name: 'Reader', permissions: '[]' };
      await db
        .insertInto('roles')
        .values({ ...role, created_at: at, updated_at: at })
        .execute();
    },
  ],
  ['the default role', () => db.updateTable('workspaces').set({ default_role_id: 'rol_1' }).execute()],
  ['a revoked sign-in', () => db.updateTable('client_grants').set({ revoked_at: at }).execute()],
  ['a revoked token', () => db.updateTable('access_tokens').set({ revoked_at: at }).execute()],
  ['what a token may be used for', () => db.updateTable('access_tokens').set({ scopes: '["policy.read"]' }).execute()],
  ['a revoked key', () => db.updateTable('workspace_keys').set({ revoked_at: at }).execute()],
  ['what a key may do', () => db.updateTable('workspace_keys').set({ scopes: '[]' }).execute()],
  ['where a key works from', () => db.updateTable('workspace_keys').set({ allowed_ips: '["192.0.2.0/24"]' }).execute()],
  ['when a key ends', () => db.updateTable('workspace_keys').set({ expires_at: at }).execute()],
  ['when a former secret ends', () => db.updateTable('workspace_key_secrets').set({ ends_at: at }).execute()],
  ['a secret that goes', () => db.deleteFrom('workspace_key_secrets').execute()],
  ['a policy', () => db.updateTable('policies').set({ contents: '#', revision: 2 }).execute()],
  [
    'joining a group',
    () =>
      db
        .insertInto('group_members')
        .values({ workspace_id: workspaceId, group_id: 'grp_1', member_id: memberId, added_at: at })
        .execute(),
  ],
  ['leaving a group', () => db.deleteFrom('group_members').execute()],
  [
    'an assignment',
    () =>
      db
        .insertInto('policy_assignments')
        .values({ workspace_id: workspaceId, position: 0, group_id: 'grp_1', policy_id: 'pol_1' })
        .execute(),
  ],
  [
    'an upstream',
    () =>
      db
        .insertInto('model_upstreams')
        .values({ workspace_id: workspaceId, base_url: 'https://models.example.com/v1', updated_at: at })
        .execute(),
  ],
  ['a removal', () => db.deleteFrom('members').where('id', '=', memberId).execute()],
];

test.each(deciding)('%s is announced before its statement returns', async (_what, change) => {
  const before = await settled();
  await change();
  expect(services.changes.generation).not.toBe(before);
});

test('a transaction announces with its commit, and not at all when it fails', async () => {
  const generation = await settled();
  const failing = db.transaction().execute(async (tx) => {
    await tx.updateTable('members').set({ status: 'active' }).execute();
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  expect(services.changes.generation).toBe(generation);
  await db.transaction().execute((tx) => tx.updateTable('members').set({ status: 'active' }).execute());
  expect(services.changes.generation).not.toBe(generation);
});

test('what decides nothing is not announced', async () => {
  const generation = await settled();
  await db.updateTable('members').set({ last_active_at: at }).execute();
  await db.updateTable('access_tokens').set({ last_used_at: at }).execute();
  await db.updateTable('client_grants').set({ last_used_at: at, expires_at: at }).execute();
  await db
    .updateTable('workspace_keys')
    .set({ last_used_at: at, last_used_ip: '192.0.2.1', noticed_days: 14 })
    .execute();
  await seedMember(db, { workspaceId, email: 'edsger@example.com' });
  expect(services.changes.generation).toBe(generation);
});

test('with many readers and a writer at once, nobody reads what was before the last change they could know of', async () => {
  const id = await seedMember(db, { workspaceId, email: 'barbara@example.com', name: '0' });
  let written = 0;
  const read = keepFacts(services.changes, (key) =>
    db.selectFrom('members').select('name').where('id', '=', key).executeTakeFirst(),
  );
  let isDone = false;
  const reader = async () => {
    while (!isDone) {
      const atLeast = written;
      expect(Number((await read(id))?.name)).toBeGreaterThanOrEqual(atLeast);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const readers = Array.from({ length: 8 }, reader);
  for (let next = 1; next <= 100; next += 1) {
    await db
      .updateTable('members')
      .set({ name: String(next) })
      .where('id', '=', id)
      .execute();
    written = next;
  }
  isDone = true;
  await Promise.all(readers);
  expect(services.changes.isHeard()).toBe(true);
  expect((await read(id))?.name).toBe('100');
});
