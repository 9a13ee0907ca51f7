/** The rows of a first synchronisation, written straight into a database: what provisioning would cost if it did nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { newId } from '#server/crypto/ids.ts';
import { migrate } from '#server/db/migrate.ts';
import { type Database, openDatabase } from '#server/db/open-database.ts';

const auditRow = (workspaceId: string, event: string, at: Date, [id, label]: [string, string]) => ({
  id: newId('aud'),
  workspace_id: workspaceId,
  at,
  event,
  actor_kind: 'key' as const,
  actor_id: 'key_1',
  actor_label: 'API key “Identity provider”',
  subject_kind: 'member',
  subject_id: id,
  subject_label: label,
  payload: JSON.stringify({ after: { email: label, name: label, source: 'scim', status: 'active' } }),
  ip: '127.0.0.1',
});

async function insertUser(tx: Database, workspaceId: string, index: number): Promise<string> {
  const at = new Date();
  const id = newId('mem');
  const email = `synced-${index}@example.com`;
  const name = `Person Number ${index}`;
  const states = { source: 'scim' as const, status: 'active' as const, password_hash: null, last_active_at: null };
  const owned = { workspace_id: workspaceId };
  await tx
    .insertInto('members')
    .values({ id, ...owned, email, name, ...states, created_at: at })
    .execute();
  const attributes = { userName: email, displayName: name, emails: [{ value: email, type: 'work', primary: true }] };
  const external_id = `ext-${index}`;
  await tx
    .insertInto('scim_users')
    .values({
      member_id: id,
      ...owned,
      user_name: email,
      external_id,
      active: true,
      attributes: JSON.stringify(attributes),
      updated_at: at,
    })
    .execute();
  await tx
    .insertInto('audit_events')
    .values(auditRow(workspaceId, 'member.created', at, [id, email]))
    .execute();
  return id;
}

async function insertGroup(tx: Database, workspaceId: string, [index, memberIds]: [number, string[]]): Promise<void> {
  const at = new Date();
  const id = newId('grp');
  const name = `Synced ${index}`;
  const owned = { workspace_id: workspaceId };
  await tx
    .insertInto('groups')
    .values({ id, ...owned, name, source: 'scim', created_at: at })
    .execute();
  await tx
    .insertInto('scim_groups')
    .values({ group_id: id, ...owned, external_id: `grp-${index}`, updated_at: at })
    .execute();
  await tx
    .insertInto('group_members')
    .values(memberIds.map((member_id) => ({ ...owned, group_id: id, member_id, added_at: at })))
    .execute();
  const entries = ['group.created', 'group.members-changed'];
  await tx
    .insertInto('audit_events')
    .values(entries.map((event) => auditRow(workspaceId, event, at, [id, name])))
    .execute();
}

/** One transaction for each user and each group, one after the other. */
export async function insertPlainly(
  url: string | null,
  { users, groups }: { users: number; groups: number },
): Promise<{ userSeconds: number; groupSeconds: number }> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'reeve-plain-'));
  const { db, close } = await openDatabase({ url, dataFolder });
  await migrate(db);
  const at = new Date();
  const workspaceId = newId('ws');
  await db
    .insertInto('workspaces')
    .values({ id: workspaceId, name: 'Plain', fallback_policy_id: null, created_at: at, updated_at: at })
    .execute();
  const timed = async (work: () => Promise<void>) => {
    const startedAt = performance.now();
    await work();
    return (performance.now() - startedAt) / 1000;
  };
  const ids: string[] = [];
  const userSeconds = await timed(async () => {
    for (let index = 0; index < users; index += 1)
      ids.push(await db.transaction().execute((tx) => insertUser(tx, workspaceId, index)));
  });
  const groupSeconds = await timed(async () => {
    for (let index = 0; index < groups; index += 1) {
      const memberIds = ids.slice(index * 10, index * 10 + 10);
      await db.transaction().execute((tx) => insertGroup(tx, workspaceId, [index, memberIds]));
    }
  });
  await close();
  await rm(dataFolder, { recursive: true, force: true });
  return { userSeconds, groupSeconds };
}
