import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { Permission } from '#contract/permissions.ts';
import { newId } from '#server/crypto/ids.ts';
import { directoryRoutes } from '#server/directory/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { identityRoutes } from '#server/identity/index.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';

/** A workspace with one owner and the directory's API, called as anybody without a password in the way. */
export async function openDirectory(services: TestServices) {
  const { db } = services;
  await db.deleteFrom('workspaces').execute();
  await db.deleteFrom('audit_events').execute();
  const { workspaceId, ownerId } = await seedWorkspace(db);
  const as = (memberId: string, role: BuiltInRole = 'owner', more: Permission[] = []) => {
    const app = createHttpApp({ log: services.log, trustedProxies: [] });
    const router = { directory: directoryRoutes(services), identity: identityRoutes(services) };
    const member = signedInAs({ memberId, workspaceId }, { role, more });
    mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
    return apiClient(app);
  };
  return {
    workspaceId,
    ownerId,
    as,
    seed: (email: string, { name, role }: { name?: string; role?: BuiltInRole } = {}) =>
      seedMember(db, { workspaceId, email, ...(name && { name }), ...(role && { role }) }),
    async addGroup(name: string, memberIds: string[] = [], source: 'manual' | 'scim' = 'manual') {
      const id = newId('grp');
      const at = new Date();
      await db.insertInto('groups').values({ id, workspace_id: workspaceId, name, source, created_at: at }).execute();
      for (const member_id of memberIds)
        await db
          .insertInto('group_members')
          .values({ workspace_id: workspaceId, group_id: id, member_id, added_at: at })
          .execute();
      return id;
    },
    giveToGroup: (groupId: string, roleId: string) =>
      db
        .insertInto('role_grants')
        .values({
          workspace_id: workspaceId,
          role_id: roleId,
          member_id: null,
          group_id: groupId,
          granted_at: new Date(),
        })
        .execute(),
    events: async (event: string) =>
      (await db.selectFrom('audit_events').selectAll().where('event', '=', event).orderBy('id').execute()).map(
        ({ subject_label, actor_kind, actor_label, payload }) => ({ subject_label, actor_kind, actor_label, payload }),
      ),
  };
}
