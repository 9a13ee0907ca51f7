import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { Bundle } from '#contract/team-config.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { limitKeyCalls } from '#server/http/key-calls.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { mountDialect } from '#server/http/wire-routes.ts';
import { authenticateClient, readConsoleMember, startSession } from '#server/identity/index.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { policiesRoutes } from '#server/policies/index.ts';
import { bundleTarDialect, teamConfigRoutes } from '#server/team-config/index.ts';
import { type ApiAnswer, type ApiClient, apiClient } from './own-api-client.ts';
import { seedKey } from './seed-key.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from './test-services.ts';

export interface LibraryMember extends ApiClient {
  memberId: string;
}

export interface LibraryTests {
  services: TestServices;
  workspaceId: string;
  owner: LibraryMember;
  signIn: (name: string, role?: BuiltInRole) => Promise<LibraryMember>;
  strangerOwner: () => Promise<LibraryMember>;
  group: (name: string, members?: readonly LibraryMember[]) => Promise<string>;
  create: (name: string, more?: Record<string, unknown>) => Promise<Bundle>;
  save: (
    id: string,
    expectedDraft: number | null,
    files: readonly NewFile[],
    by?: ApiClient,
  ) => Promise<ApiAnswer<{ bundle: Bundle; code?: string; data?: Record<string, unknown> }>>;
  publish: (id: string, expectedDraft: number, by?: ApiClient) => Promise<ApiAnswer<Published>>;
  /** Created and published with these files. */
  published: (name: string, files: readonly NewFile[]) => Promise<Bundle>;
  events: (subjectId: string) => Promise<{ event: string; payload: unknown }[]>;
  /** Over plain HTTP: as curl, or as the browser of a member. */
  fetch: (path: string, headers?: Record<string, string>, browser?: ApiClient) => Promise<Response>;
  key: (scopes?: Parameters<typeof seedKey>[1]['scopes']) => Promise<string>;
  close: () => Promise<void>;
}

export type NewFile = Pick<BundleFile, 'path' | 'content'> & Partial<BundleFile>;
export interface Published {
  bundle: Bundle;
  version: { number: number; sha256: string; publishedBy: string; approvedBy: string | null };
  code?: string;
  data?: Record<string, unknown>;
}

const socket = { incoming: { socket: { remoteAddress: '192.0.2.1' } } };

/** The library over real routes, sessions and keys. */
export async function openLibraryTests(): Promise<LibraryTests> {
  const services = await openTestServices();
  const { db } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const readKey = openKeyReader(services);
  mountOwnApi(app, {
    router: { teamConfig: teamConfigRoutes(services), policies: policiesRoutes(services) },
    origin: services.origin,
    readMember: readConsoleMember(services),
    keys: { readKey, admit: limitKeyCalls(db) },
  });
  mountDialect(app, bundleTarDialect(services), authenticateClient(services), readKey);

  async function open(memberId: string): Promise<LibraryMember> {
    const browser = apiClient(app);
    const facts = { memberId, at: new Date(), ip: null, userAgent: null, replaces: null, because: 'password' } as const;
    const { token } = await db.transaction().execute((tx) => startSession(tx, facts));
    browser.cookies.set('__Host-reeve_session', token);
    return { ...browser, memberId };
  }

  const owner = await open(ownerId);
  const create: LibraryTests['create'] = async (name, more = {}) =>
    (await owner.call<{ bundle: Bundle }>('POST', '/team-config/bundles', { name, ...more })).body.bundle;
  const save: LibraryTests['save'] = (id, expectedDraft, files, by = owner) =>
    by.call('PUT', `/team-config/bundles/${id}/draft`, { expectedDraft, files });
  const publish: LibraryTests['publish'] = (id, expectedDraft, by = owner) =>
    by.call('POST', `/team-config/bundles/${id}/publish`, { expectedDraft, message: 'Agreed.' });

  return {
    services,
    workspaceId,
    owner,
    signIn: async (name, role) =>
      open(
        await seedMember(db, {
          workspaceId,
          email: `${name.toLowerCase()}@example.com`,
          name,
          ...(role ? { role } : {}),
        }),
      ),
    strangerOwner: async () => open((await seedWorkspace(db, { name: 'Other' })).ownerId),
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
    create,
    save,
    publish,
    async published(name, files) {
      const { id } = await create(name);
      const { body } = await save(id, null, files);
      return (await publish(id, body.bundle.draftVersion ?? 0)).body.bundle;
    },
    events: (subjectId) =>
      db
        .selectFrom('audit_events')
        .select(['event', 'payload'])
        .where('subject_id', '=', subjectId)
        .orderBy('at')
        .orderBy('id')
        .execute(),
    async fetch(path, headers = {}, browser) {
      const cookie = browser ? [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') : '';
      return app.request(path, { headers: { ...headers, ...(cookie && { cookie }) } }, socket);
    },
    key: async (scopes = ['team-config.read']) => (await seedKey(services, { workspaceId, scopes })).secret,
    close: () => services.close(),
  };
}
