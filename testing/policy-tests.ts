import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { Policy } from '#contract/policies.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { limitKeyCalls } from '#server/http/key-calls.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { readConsoleMember, startSession } from '#server/identity/index.ts';
import { openKeyReader } from '#server/keys/index.ts';
import { policiesRoutes } from '#server/policies/index.ts';
import { type ApiAnswer, type ApiClient, apiClient } from './own-api-client.ts';
import { seedKey } from './seed-key.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from './test-services.ts';

export interface PolicyTests {
  services: TestServices;
  workspaceId: string;
  ownerId: string;
  owner: ApiClient;
  /** A new member with a real session. */
  signIn: (name: string, role?: BuiltInRole) => Promise<ApiClient & { memberId: string }>;
  strangerOwner: () => Promise<ApiClient>;
  /** Calls with an API key that may write policies. */
  withKey: (method: string, path: string, input?: unknown) => Promise<ApiAnswer<Record<string, unknown>>>;
  group: (name: string, memberIds?: readonly string[]) => Promise<string>;
  /** Straight into the database: how orders are made is another matter. */
  order: (items: readonly { groupId: string; policyId: string }[], fallbackPolicyId?: string | null) => Promise<void>;
  create: (name: string, contents: string, more?: Record<string, unknown>) => Promise<Policy>;
  publish: (
    id: string,
    expectedDraft: number,
    by?: ApiClient,
  ) => Promise<ApiAnswer<{ outcome: string; policy: Policy }>>;
  /** Created and published. */
  published: (name: string, contents: string) => Promise<Policy>;
  events: (subjectId: string) => Promise<{ event: string; payload: unknown }[]>;
  close: () => Promise<void>;
}

/** Policies over real routes and sessions. */
export async function openPolicyTests(): Promise<PolicyTests> {
  const services = await openTestServices();
  const { db } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountOwnApi(app, {
    router: { policies: policiesRoutes(services) },
    origin: services.origin,
    readMember: readConsoleMember(services),
    keys: { readKey: openKeyReader(services), admit: limitKeyCalls(db) },
  });

  async function open(memberId: string): Promise<ApiClient & { memberId: string }> {
    const browser = apiClient(app);
    const facts = { memberId, at: new Date(), ip: null, userAgent: null, replaces: null, because: 'password' } as const;
    const { token } = await db.transaction().execute((tx) => startSession(tx, facts));
    browser.cookies.set('__Host-reeve_session', token);
    return { ...browser, memberId };
  }

  const owner = await open(ownerId);
  const { secret } = await seedKey(services, { workspaceId, name: 'GitOps', scopes: ['policies.write'] });
  const create: PolicyTests['create'] = async (name, contents, more = {}) =>
    (await owner.call<Policy>('POST', '/policies', { name, contents, ...more })).body;
  const publish: PolicyTests['publish'] = (id, expectedDraft, by = owner) =>
    by.call('POST', `/policies/${id}/publication`, { expectedDraft, message: 'Agreed with security.' });

  return {
    services,
    workspaceId,
    ownerId,
    owner,
    async signIn(name, role) {
      const email = `${name.toLowerCase()}@example.com`;
      return open(await seedMember(db, { workspaceId, email, name, ...(role ? { role } : {}) }));
    },
    strangerOwner: async () => open((await seedWorkspace(db, { name: 'Other' })).ownerId),
    async withKey(method, path, input) {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      const init = { method, headers, ...(input === undefined ? {} : { body: JSON.stringify(input) }) };
      const socket = { incoming: { socket: { remoteAddress: '192.0.2.1' } } };
      const response = await app.request(`/api/v1${path}`, init, socket);
      return { status: response.status, body: JSON.parse(await response.text()), headers: response.headers };
    },
    async group(name, memberIds = []) {
      const id = newId('grp');
      const at = new Date();
      await db.insertInto('groups').values({ id, workspace_id: workspaceId, name, created_at: at }).execute();
      for (const member_id of memberIds)
        await db
          .insertInto('group_members')
          .values({ workspace_id: workspaceId, group_id: id, member_id, added_at: at })
          .execute();
      return id;
    },
    async order(items, fallbackPolicyId = null) {
      await db.deleteFrom('policy_assignments').where('workspace_id', '=', workspaceId).execute();
      for (const [position, { groupId, policyId }] of items.entries())
        await db
          .insertInto('policy_assignments')
          .values({ workspace_id: workspaceId, position, group_id: groupId, policy_id: policyId })
          .execute();
      const set = { fallback_policy_id: fallbackPolicyId };
      await db.updateTable('workspaces').set(set).where('id', '=', workspaceId).execute();
    },
    create,
    publish,
    published: async (name, contents) => (await publish((await create(name, contents)).id, 1)).body.policy,
    events: async (subjectId) =>
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
