import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import { newId } from '#server/crypto/ids.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import {
  type ClientMachine,
  type ClientMachineOptions,
  createClientMachine,
} from '#testing/codex-cli/client-machine.ts';
import { connectPeople, type People, type Person } from '#testing/people.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { seedMember, seedWorkspace } from '#testing/test-services.ts';

let reeve: TestReeve;
let people: People;
let workspaceId: string;
let memberId: string;
let member: Person;

beforeAll(async () => {
  reeve = await startTestReeve();
  const { db } = reeve.services;
  ({ workspaceId } = await seedWorkspace(db));
  memberId = await seedMember(db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  people = connectPeople({ ...reeve, authorityPem: reeve.authorityPem ?? '' });
  member = await people.person(memberId);
});
afterAll(async () => {
  people.close();
  await reeve.close();
});

async function machine(options: ClientMachineOptions = {}): Promise<ClientMachine> {
  const client = await createClientMachine({
    configToml: `chatgpt_base_url = "${reeve.origin}/backend-api/"\n`,
    trustedCaPem: reeve.authorityPem ?? '',
    git: true,
    ...options,
    env: {
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${reeve.origin}/oauth/token`,
      CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${reeve.origin}/oauth/revoke`,
      CODEX_AUTHAPI_BASE_URL: `${reeve.origin}/api/accounts`,
      CODEX_APP_SERVER_LOGIN_ISSUER: reeve.origin,
      ...options.env,
    },
  });
  onTestFinished(() => client.close());
  return client;
}

const deviceLogin = () => [
  'login',
  '--device-auth',
  '--experimental_issuer',
  reeve.origin,
  '--experimental_client-id',
  'reeve-cli',
];
const setWorkspace = (change: { codex_local_enabled?: boolean; device_code_enabled?: boolean }) =>
  reeve.services.db.updateTable('workspaces').set(change).execute();

/** `codex login --device-auth`, answered by the person. */
async function signInByDevice(client: ClientMachine, verb: 'approval' | 'denial' = 'approval') {
  const login = client.spawn(deviceLogin());
  const [userCode] = await login.waitForOutput(/[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}/);
  await member.send(`/api/v1/device-requests/${userCode}/${verb}`, { json: {} });
  return login.exit;
}

interface AuthFile {
  tokens: { access_token: string; refresh_token: string; id_token: string; account_id: string };
}
const readAuth = async (client: ClientMachine) =>
  JSON.parse(await client.files.codexHome.read('auth.json')) as AuthFile;
const grants = () => reeve.services.db.selectFrom('client_grants').selectAll().orderBy('created_at', 'desc').execute();

it('signs in with a device code and out again', async () => {
  const client = await machine();
  const login = await signInByDevice(client);
  expect(login.stderr + login.stdout).toContain('Successfully logged in');
  expect(login.exitCode).toBe(0);
  const { tokens } = await readAuth(client);
  expect(tokens.account_id).toBe(workspaceId);
  expect((await grants())[0]).toMatchObject({ method: 'device-code', client_id: 'reeve-cli', revoked_at: null });

  await client.run(['logout']);
  expect((await grants())[0]).toMatchObject({ revoked_because: 'signed-out' });
  const headers = { authorization: `Bearer ${tokens.access_token}` };
  expect((await people.send('/backend-api/wham/accounts/check', { headers })).status).toBe(401);
});

it('says who refused: the person, or the workspace', async () => {
  const client = await machine();
  const denied = await signInByDevice(client, 'denial');
  expect(denied.exitCode).toBe(1);
  expect(denied.stderr).toContain('This sign-in was denied in the browser.');

  await setWorkspace({ codex_local_enabled: false });
  const off = await signInByDevice(client);
  await setWorkspace({ codex_local_enabled: true });
  expect(off.exitCode).toBe(1);
  expect(off.stderr).toContain(`token endpoint returned status 403 Forbidden: ${localOffMessage}`);
});

it('ends at the first call while device codes are off', async () => {
  const client = await machine();
  await setWorkspace({ device_code_enabled: false });
  const login = await client.run(deviceLogin());
  await setWorkspace({ device_code_enabled: true });
  expect(login.exitCode).toBe(1);
  expect(login.stderr).toContain('device code login is not enabled for this Codex server');
});

it('signs in through the browser as editors and the TUI do', async () => {
  const client = await machine();
  const server = client.appServer();
  await server.initialize();
  const started = (await server.request('account/login/start', { type: 'chatgpt' })) as { authUrl: string };
  const answer = await member.send(started.authUrl);
  const uid = /\/authorize\/(.+)$/.exec(answer.headers.location ?? '')?.[1] ?? '';
  const approved = await member.send<{ redirectTo: string }>(`/api/v1/authorizations/${uid}/approval`, { json: {} });
  const { headers } = await member.send(approved.json().redirectTo);
  const success = await fetch(headers.location ?? '');
  expect([success.status, new URL(success.url).pathname]).toEqual([200, '/success']);
  const completed = await server.waitForNotice('account/login/completed');
  expect(completed.params).toMatchObject({ success: true, error: null });
  expect(await server.request('account/read')).toMatchObject({
    account: { type: 'chatgpt', email: 'grace@example.com', planType: 'enterprise' },
  });
  await server.close();
});

it('shows the refusal of a browser sign-in', async () => {
  const client = await machine();
  const server = client.appServer();
  await server.initialize();
  const started = (await server.request('account/login/start', { type: 'chatgpt' })) as { authUrl: string };
  await setWorkspace({ codex_local_enabled: false });
  const { headers } = await member.send(started.authUrl);
  await setWorkspace({ codex_local_enabled: true });
  const page = await (await fetch(headers.location ?? '')).text();
  expect(page).toContain('Contact your ChatGPT administrator for access.');
  const completed = await server.waitForNotice('account/login/completed');
  expect(completed.params).toMatchObject({ success: false, error: expect.stringContaining(localOffMessage) });
  await server.close();
});

/** As if an hour had passed: the client reads `exp` without checking the signature, and refreshes. */
async function expireAccessToken(client: ClientMachine): Promise<void> {
  const auth = await readAuth(client);
  const [header, , signature] = auth.tokens.access_token.split('.');
  const past = { ...decodeJwt(auth.tokens.access_token), exp: Math.floor(Date.now() / 1000) - 60 };
  const payload = Buffer.from(JSON.stringify(past)).toString('base64url');
  auth.tokens.access_token = [header, payload, signature].join('.');
  await client.files.codexHome.write('auth.json', JSON.stringify(auth), { mode: 0o600 });
}
const anyRequest = ['exec', '--skip-git-repo-check', '-m', 'corp-model', 'hello'];

it('refreshes an expired token and rotates', async () => {
  const client = await machine();
  await signInByDevice(client);
  const before = await readAuth(client);
  await expireAccessToken(client);
  await client.run(anyRequest);
  const after = await readAuth(client);
  expect(after.tokens.refresh_token).not.toBe(before.tokens.refresh_token);
  const headers = { authorization: `Bearer ${after.tokens.access_token}` };
  expect((await people.send('/backend-api/wham/accounts/check', { headers })).status).toBe(200);
});

it('says that the sign-in was revoked', async () => {
  const client = await machine();
  await signInByDevice(client);
  const [grant] = await grants();
  expect((await member.send(`/api/v1/account/clients/${grant?.id}`, { method: 'DELETE' })).status).toBe(200);
  const run = await client.run(anyRequest);
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toContain('your refresh token was revoked');
});

it('signs in with a personal access token, and not with a revoked one', async () => {
  const { token, hash } = mintToken('at-');
  const id = newId('tok');
  await reeve.services.db
    .insertInto('access_tokens')
    .values({
      ...{ id, workspace_id: workspaceId, member_id: memberId, kind: 'personal-access-token', name: 'CI', hint: 'at-' },
      ...{ token_hash: hash, created_at: new Date(), expires_at: null, last_used_at: null, revoked_at: null },
    })
    .execute();
  const client = await machine();
  const login = await client.run(['login', '--with-access-token'], { input: token });
  expect(login.stderr).toContain('Successfully logged in');
  await reeve.services.db.updateTable('access_tokens').set({ revoked_at: new Date() }).where('id', '=', id).execute();
  const refused = await (await machine()).run(['login', '--with-access-token'], { input: token });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('status 401');
});
