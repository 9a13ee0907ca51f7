import type { Database } from '#server/db/open-database.ts';
import { listUsers } from './user-queries.ts';
import type { UserList } from './wire.ts';

/** A page of the people of a workspace. Who is invited, suspended or was taken out is inactive. */
export async function readUsers(
  db: Database,
  workspaceId: string,
  { after = '', limit }: { after?: string | undefined; limit: number },
): Promise<UserList> {
  const rows = await listUsers(db, workspaceId, { after, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return {
    object: 'list',
    data: page.map(({ id, email, name, created_at, status, is_owner, is_admin }) => ({
      object: 'compliance.workspace.user',
      id,
      email,
      name,
      created_at: created_at.getTime() / 1000,
      role: is_owner ? 'account-owner' : is_admin ? 'account-admin' : 'standard-user',
      status: status === 'active' ? 'active' : 'inactive',
    })),
    last_id: page.at(-1)?.id ?? null,
    has_more: rows.length > limit,
  };
}
