import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { Environment, EnvironmentSettings } from '#contract/environments.ts';
import { noInternet } from '#contract/internet-access.ts';
import { environmentRoutes } from '#server/cloud/index.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { type ApiAnswer, type ApiClient, apiClient } from './own-api-client.ts';
import { seedRepository } from './seed-repository.ts';
import { signedInAs } from './signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from './test-services.ts';

/** A plain environment of one repository: the default image, no scripts, no internet, private. */
export const plainEnvironment = (
  repositoryIds: readonly string[],
  more: Partial<EnvironmentSettings> = {},
): EnvironmentSettings => ({
  label: 'Shop',
  description: null,
  repositoryIds: [...repositoryIds],
  image: { kind: 'default' },
  languageVersions: {},
  setupScript: 'npm ci',
  maintenanceScript: '',
  variables: [],
  internet: noInternet,
  setupInternet: 'on',
  machineSize: 'medium',
  runtime: 'any',
  runnerLabels: [],
  timeLimitMinutes: 60,
  isCacheOn: true,
  cacheHours: 12,
  model: null,
  sharing: 'private',
  groupIds: [],
  ...more,
});

export interface EnvironmentMember extends ApiClient {
  memberId: string;
}

export interface EnvironmentTests {
  services: TestServices;
  workspaceId: string;
  repositoryId: string;
  owner: EnvironmentMember;
  signIn: (name: string, role: BuiltInRole) => Promise<EnvironmentMember>;
  /** Of another workspace. */
  stranger: () => Promise<EnvironmentMember>;
  group: (name: string, members?: readonly EnvironmentMember[]) => Promise<string>;
  make: (
    by: ApiClient,
    more?: Partial<EnvironmentSettings>,
  ) => Promise<ApiAnswer<Environment & { code?: string; data?: Record<string, unknown> }>>;
  setCloud: (settings: { codex_cloud_enabled?: boolean; agent_internet_allowed?: boolean }) => Promise<void>;
  events: (subjectId: string) => Promise<{ event: string; payload: unknown }[]>;
  close: () => Promise<void>;
}

/** Environments over the real routes, in a workspace with Codex cloud on and one repository. */
export async function openEnvironmentTests(): Promise<EnvironmentTests> {
  const services = await openTestServices();
  const { db } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  const repositoryId = await seedRepository(db, { workspaceId });

  function open(
    member: Parameters<typeof signedInAs>[0],
    options: Parameters<typeof signedInAs>[1],
  ): EnvironmentMember {
    const app = createHttpApp({ log: services.log, trustedProxies: [] });
    const signedIn = signedInAs(member, options);
    const router = { environments: environmentRoutes(services) };
    mountOwnApi(app, { router, origin: services.origin, readMember: async () => signedIn });
    return { ...apiClient(app), memberId: member.memberId };
  }

  const setCloud: EnvironmentTests['setCloud'] = async (settings) => {
    await db.updateTable('workspaces').set(settings).where('id', '=', workspaceId).execute();
  };
  await setCloud({ codex_cloud_enabled: true });

  return {
    services,
    workspaceId,
    repositoryId,
    owner: open({ memberId: ownerId, workspaceId }, { role: 'owner' }),
    async signIn(name, role) {
      const email = `${name.toLowerCase()}@example.com`;
      const memberId = await seedMember(db, { workspaceId, email, name, role });
      return open({ memberId, workspaceId }, { role, name, email });
    },
    async stranger() {
      const other = await seedWorkspace(db, { name: 'Other' });
      await db
        .updateTable('workspaces')
        .set({ codex_cloud_enabled: true })
        .where('id', '=', other.workspaceId)
        .execute();
      return open({ memberId: other.ownerId, workspaceId: other.workspaceId }, { role: 'owner' });
    },
    async group(name, members = []) {
      const id = newId('grp');
      const at = new Date();
      await db.insertInto('groups').values({ id, workspace_id: workspaceId, name, created_at: at }).execute();
      for (const { memberId } of members)
        await db
          .insertInto('group_members')
          .values({ workspace_id: workspaceId, group_id: id, member_id: memberId, added_at: at })
          .execute();
      return id;
    },
    make: (by, more) => by.call('POST', '/environments', plainEnvironment([repositoryId], more)),
    setCloud,
    events: (subjectId) =>
      db
        .selectFrom('audit_events')
        .select(['event', 'payload'])
        .where('subject_id', '=', subjectId)
        .orderBy('at')
        .orderBy('id')
        .execute(),
    close: () => services.close(),
  };
}
