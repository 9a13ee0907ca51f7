import { newId } from '#server/crypto/ids.ts';
import { directoryRoutes } from '#server/directory/index.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { readConsoleMember, startSession } from '#server/identity/index.ts';
import { findHeldRoles, permissionsFrom, rolesRoutes } from '#server/roles/index.ts';
import { type ApiClient, apiClient } from './own-api-client.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from './test-services.ts';

export interface RoleTests {
  services: TestServices;
  workspaceId: () => string;
  ownerId: () => string;
  /** A browser with a real session, so that what its member holds is read at every request. */
  as: (memberId: string) => ApiClient;
  startOver: () => Promise<void>;
  member: (name: string, roleIds?: readonly string[], groupIds?: readonly string[]) => Promise<string>;
  group: (name: string) => Promise<string>;
  groupNames: () => Promise<string[]>;
  permissionsOf: (memberId: string) => Promise<string[]>;
  strangerOwner: () => Promise<ApiClient>;
  auditedEvents: () => Promise<string[]>;
  lastPayload: () => Promise<unknown>;
  close: () => Promise<void>;
}

/** Roles and directory over real routes and sessions, in a workspace of their own for each test. */
export async function openRoleTests(): Promise<RoleTests> {
  const services = await openTestServices();
  const { db } = services;
  let seeded = await seedWorkspace(db);
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const router = { roles: rolesRoutes(services), directory: directoryRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: readConsoleMember(services) });

  const signIn = async (memberId: string): Promise<ApiClient> => {
    const browser = apiClient(app);
    const facts = { memberId, at: new Date(), ip: null, userAgent: null, replaces: null, because: 'password' } as const;
    const { token } = await db.transaction().execute((tx) => startSession(tx, facts));
    browser.cookies.set('__Host-reeve_session', token);
    return browser;
  };
  const as = (memberId: string): ApiClient => {
    let opened: Promise<ApiClient> | null = null;
    return {
      cookies: new Map(),
      async call(method, path, input) {
        opened ??= signIn(memberId);
        return (await opened).call(method, path, input);
      },
    };
  };
  /** In the order they were written: ids of the same millisecond are in none. */
  const audited = () =>
    db
      .selectFrom('audit_events as e')
      .innerJoin('audit_chain as c', 'c.event_id', 'e.id')
      .select(['e.event', 'e.payload'])
      .where('e.event', 'not like', 'session.%')
      .orderBy('c.seq')
      .execute();

  return {
    services,
    workspaceId: () => seeded.workspaceId,
    ownerId: () => seeded.ownerId,
    as,
    async startOver() {
      await db.deleteFrom('workspaces').execute();
      await db.deleteFrom('audit_events').execute();
      seeded = await seedWorkspace(db);
    },
    async member(name, roleIds = [], groupIds = []) {
      const { workspaceId } = seeded;
      const id = await seedMember(db, { workspaceId, email: `${name.toLowerCase()}@example.com`, name });
      const at = new Date();
      for (const role_id of roleIds)
        await db
          .insertInto('role_grants')
          .values({ workspace_id: workspaceId, role_id, member_id: id, group_id: null, granted_at: at })
          .execute();
      for (const group_id of groupIds)
        await db
          .insertInto('group_members')
          .values({ workspace_id: workspaceId, group_id, member_id: id, added_at: at })
          .execute();
      return id;
    },
    async group(name) {
      const id = newId('grp');
      const row = { id, workspace_id: seeded.workspaceId, name, created_at: new Date() };
      await db.insertInto('groups').values(row).execute();
      return id;
    },
    groupNames: async () =>
      (await db.selectFrom('groups').select('name').orderBy('name').execute()).map(({ name }) => name),
    permissionsOf: async (memberId) =>
      [...permissionsFrom(await findHeldRoles(db, seeded.workspaceId, memberId))].sort(),
    strangerOwner: async () => signIn((await seedWorkspace(db, { name: 'Other' })).ownerId),
    auditedEvents: async () => (await audited()).map(({ event }) => event),
    lastPayload: async () => (await audited()).at(-1)?.payload,
    close: () => services.close(),
  };
}
