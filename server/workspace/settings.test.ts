import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BuiltInRole } from '#contract/built-in-roles.ts';
import { newId } from '#server/crypto/ids.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import type { AccessChange } from '#server/services.ts';
import { apiClient } from '#testing/own-api-client.ts';
import { signedInAs } from '#testing/signed-in-as.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { workspaceRoutes } from './routes.ts';

let services: TestServices;
let workspaceId: string;
let ownerId: string;
const changes: AccessChange[] = [];

beforeAll(async () => {
  services = await openTestServices();
  services.signals.on('access-changed', (change) => changes.push(change));
});
afterAll(() => services.close());
beforeEach(async () => {
  changes.length = 0;
  await services.db.deleteFrom('workspaces').execute();
  await services.db.deleteFrom('audit_events').execute();
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
});

function as(role: BuiltInRole = 'owner') {
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  const member = signedInAs({ memberId: ownerId, workspaceId }, { role });
  const router = { workspace: workspaceRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: async () => member });
  return apiClient(app);
}

async function addGrant(method: 'browser' | 'device-code', memberId = ownerId) {
  await services.db
    .insertInto('client_grants')
    .values({
      id: newId('cg'),
      workspace_id: workspaceId,
      member_id: memberId,
      oauth_grant_id: newId('og'),
      client_id: 'codex',
      method,
      ip: null,
      created_at: new Date(),
      last_used_at: null,
      expires_at: null,
      revoked_at: null,
      revoked_because: null,
    })
    .execute();
}
async function addToken(kind: 'personal-access-token' | 'api-key') {
  await services.db
    .insertInto('access_tokens')
    .values({
      id: newId('tok'),
      workspace_id: workspaceId,
      member_id: ownerId,
      kind,
      name: kind,
      hint: 'at-',
      token_hash: newId('hash'),
      created_at: new Date(),
      expires_at: null,
      last_used_at: null,
      revoked_at: null,
      noticed_days: null,
    })
    .execute();
}
const change = (input: Record<string, unknown>) => as().call('PATCH', '/workspace/settings', input);
const preview = async (input: Record<string, unknown>) => {
  const answer = await as().call<{
    effects: { sentence: string; severity: string }[];
    activeMembers: number;
    signedInClients: number;
  }>('POST', '/workspace/settings/preview', input);
  expect(answer.status).toBe(200);
  return { ...answer.body, text: answer.body.effects.map(({ sentence }) => sentence).join('\n') };
};

describe('settings', () => {
  test('a new workspace has Codex Local on; Codex cloud and what weakens the policy are off', async () => {
    const { body } = await as().call('GET', '/workspace/settings');
    expect(body).toMatchObject({
      settings: {
        workspaceName: 'Example Ltd',
        codexLocalEnabled: true,
        deviceCodeEnabled: true,
        codexCloudEnabled: false,
        agentInternetAllowed: false,
        cloudTasksPerMember: 4,
        cloudTasksPerWorkspace: 32,
        localContentKept: false,
        apiKeysAllowed: false,
        oldClientsAllowed: false,
        policyGraceMinutes: 90,
        accessTokenMaxDays: 365,
        keyMaxDays: 365,
      },
      planned: [{ id: 'slack-answers' }],
    });
  });

  test('a change is kept and audited with what it was before', async () => {
    const answer = await change({ policyGraceMinutes: 30, workspaceName: '  Acme  ' });
    expect(answer).toMatchObject({
      status: 200,
      body: { settings: { policyGraceMinutes: 30, workspaceName: 'Acme' } },
    });
    const [entry] = await services.db.selectFrom('audit_events').selectAll().execute();
    expect(entry).toMatchObject({
      event: 'workspace.settings-updated',
      actor_id: ownerId,
      payload: {
        before: { policyGraceMinutes: 90, workspaceName: 'Example Ltd' },
        after: { policyGraceMinutes: 30, workspaceName: 'Acme' },
      },
    });
    expect(changes).toEqual([{ workspaceId, memberId: null, because: 'settings' }]);
  });

  test.each([
    ['an unknown field', { slackAnswersEnabled: true }],
    ['a wrong type', { codexLocalEnabled: 'no' }],
    ['an empty name', { workspaceName: '  ' }],
    ['a grace beyond a day', { policyGraceMinutes: 1441 }],
  ])('%s is refused and nothing changes', async (_, input) => {
    const answer = await change({ deviceCodeEnabled: false, ...input });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'bad-input', data: { issues: [expect.anything()] } });
    const { body } = await as().call('GET', '/workspace/settings');
    expect(body).toMatchObject({ settings: { deviceCodeEnabled: true } });
  });

  test('two changes at once lose nothing', async () => {
    await Promise.all([change({ deviceCodeEnabled: false }), change({ policyGraceMinutes: 10 })]);
    const { body } = await as().call('GET', '/workspace/settings');
    expect(body).toMatchObject({ settings: { deviceCodeEnabled: false, policyGraceMinutes: 10 } });
  });

  test('who may only read the settings changes nothing', async () => {
    expect((await as('compliance-officer').call('GET', '/workspace/settings')).status).toBe(200);
    for (const [method, path] of [
      ['PATCH', ''],
      ['POST', '/preview'],
    ] as const)
      expect(
        await as('codex-admin').call(method, `/workspace/settings${path}`, { codexLocalEnabled: false }),
      ).toMatchObject({
        status: 403,
        body: { code: 'not-permitted', data: { permission: 'settings.write' } },
      });
  });
});

describe('Codex Local off', () => {
  test('ends every sign-in of this workspace, leaves access tokens, and tells the gateway', async () => {
    const other = await seedWorkspace(services.db, { name: 'Other' });
    await addGrant('browser');
    await addGrant('device-code');
    await addToken('personal-access-token');
    await services.db
      .updateTable('client_grants')
      .set({ workspace_id: other.workspaceId, member_id: other.ownerId })
      .where('method', '=', 'device-code')
      .execute();
    await change({ codexLocalEnabled: false });
    const grants = await services.db.selectFrom('client_grants').select(['method', 'revoked_because']).execute();
    expect(grants).toEqual(
      expect.arrayContaining([
        { method: 'browser', revoked_because: 'local-off' },
        { method: 'device-code', revoked_because: null },
      ]),
    );
    expect(await services.db.selectFrom('access_tokens').select('revoked_at').execute()).toEqual([
      { revoked_at: null },
    ]);
    expect(changes).toEqual([{ workspaceId, memberId: null, because: 'local-off' }]);
  });

  test('saying off again when it is off ends nothing new and signals nothing', async () => {
    await change({ codexLocalEnabled: false });
    changes.length = 0;
    await change({ codexLocalEnabled: false });
    expect(changes).toEqual([]);
  });
});

describe('preview', () => {
  test('tells in numbers who is touched by turning Codex Local off', async () => {
    await seedMember(services.db, { workspaceId, email: 'linus@example.com' });
    await addGrant('browser');
    await addGrant('device-code');
    await addToken('personal-access-token');
    const { activeMembers, signedInClients, text, effects } = await preview({ codexLocalEnabled: false });
    expect({ activeMembers, signedInClients }).toEqual({ activeMembers: 2, signedInClients: 2 });
    expect(text).toContain('2 Codex sign-ins of 2 active members end');
    expect(text).toContain('1 access token or API key is refused while it is off');
    expect(effects.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  test('counts device-code sign-ins, keys and old clients for their settings', async () => {
    await addGrant('device-code');
    await addToken('api-key');
    const seen = { workspace_id: workspaceId, member_id: ownerId, client: 'codex_cli_rs' };
    const now = new Date();
    await services.db
      .insertInto('seen_clients')
      .values(
        ['0.127.0', '0.120.0', '0.169.0'].map((version) => ({
          ...seen,
          version,
          first_seen_at: now,
          last_seen_at: now,
        })),
      )
      .execute();
    expect((await preview({ deviceCodeEnabled: false })).text).toContain('1 Codex sign-in made with a device code');
    expect((await preview({ apiKeysAllowed: true })).text).toContain('1 existing key');
    expect((await preview({ oldClientsAllowed: true })).text).toContain('1 member was seen');
  });

  test('names whom a minimum version hits, once they were not updated since, and warns of one nobody has tried', async () => {
    const now = Date.now();
    const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000);
    const grace = await seedMember(services.db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
    const seen = { workspace_id: workspaceId, client: 'codex_cli_rs' };
    await services.db
      .insertInto('seen_clients')
      .values([
        // Ada was updated; Grace has two machines.
        {
          ...seen,
          member_id: ownerId,
          version: '0.140.0',
          first_seen_at: minutesAgo(90),
          last_seen_at: minutesAgo(60),
        },
        { ...seen, member_id: ownerId, version: '0.169.0', first_seen_at: minutesAgo(50), last_seen_at: minutesAgo(1) },
        { ...seen, member_id: grace, version: '0.169.0', first_seen_at: minutesAgo(80), last_seen_at: minutesAgo(2) },
        { ...seen, member_id: grace, version: '0.140.0', first_seen_at: minutesAgo(90), last_seen_at: minutesAgo(1) },
      ])
      .execute();
    const soon = await preview({ minimumClientVersion: '0.163.0', minimumClientFrom: '2099-12-01T00:00:00.000Z' });
    expect(soon.effects).toEqual([
      {
        severity: 'warning',
        sentence:
          '1 of 2 members seen in the last 30 days runs a client older than 0.163.0 and is refused from 1 December 2099 on, until it is updated: Grace Hopper.',
      },
    ]);
    const never = await preview({ minimumClientVersion: '1.0.0' });
    expect(never.text).toContain('2 of 2 members');
    expect(never.text).toContain('That is everybody who uses Codex here.');
    expect(never.text).toContain('1.0.0 is newer');
    expect((await preview({ minimumClientVersion: '0.140.0' })).text).toContain('Nobody of the 2 members');
  });

  test('says nothing about what stays as it is, and changes nothing', async () => {
    const { effects, signedInClients } = await preview({ codexLocalEnabled: true, deviceCodeEnabled: true });
    expect({ effects, signedInClients }).toEqual({ effects: [], signedInClients: 0 });
    expect(await services.db.selectFrom('audit_events').select('id').execute()).toEqual([]);
  });
});
