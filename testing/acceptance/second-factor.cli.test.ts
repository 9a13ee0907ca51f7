import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { connectPeople, type People, type Person } from '#testing/people.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { seedMember, seedWorkspace } from '#testing/test-services.ts';

let reeve: TestReeve;
let people: People;
let workspaceId: string;
let member: Person;
let startMs: number;

beforeAll(async () => {
  reeve = await startTestReeve();
  const { db } = reeve.services;
  ({ workspaceId } = await seedWorkspace(db));
  const memberId = await seedMember(db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  people = connectPeople({ ...reeve, authorityPem: reeve.authorityPem ?? '' });
  member = await people.person(memberId);
  startMs = Date.now();
});
afterAll(async () => {
  people.close();
  await reeve.close();
});

async function machine(): Promise<ClientMachine> {
  const client = await createClientMachine({
    configToml: `chatgpt_base_url = "${reeve.origin}/backend-api/"\n`,
    trustedCaPem: reeve.authorityPem ?? '',
    git: true,
    env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${reeve.origin}/oauth/token` },
  });
  onTestFinished(() => client.close());
  return client;
}

const setRule = (audience: 'off' | 'everyone', graceUntil: Date | null = null) =>
  reeve.services.db
    .updateTable('workspaces')
    .set({ second_factor_rule: audience, second_factor_grace_until: graceUntil })
    .where('id', '=', workspaceId)
    .execute();

/** The terminal shows a code and waits for its answer in the browser. */
async function startDeviceLogin(client: ClientMachine) {
  const issuer = ['--experimental_issuer', reeve.origin, '--experimental_client-id', 'reeve-cli'];
  const login = client.spawn(['login', '--device-auth', ...issuer]);
  const [userCode] = await login.waitForOutput(/[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}/);
  const approve = () => member.send<{ code?: string }>(`/api/v1/device-requests/${userCode}/approval`, { json: {} });
  return { login, approve };
}

async function enrol(): Promise<void> {
  const { secret } = (await member.send<{ secret: string }>('/api/v1/account/totp', { json: {} })).json();
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  const confirmed = await member.send('/api/v1/account/totp/confirmation', { json: { code } });
  expect(confirmed.status).toBe(200);
}

it('approves a device code without a second factor until the day comes', async () => {
  await setRule('everyone', new Date(startMs + 86_400_000));
  const { login, approve } = await startDeviceLogin(await machine());
  expect((await approve()).status).toBe(200);
  expect(await login.exit).toMatchObject({ exitCode: 0 });
});

it('from that day on the terminal waits until its owner has shown one', async () => {
  await setRule('everyone');
  const { login, approve } = await startDeviceLogin(await machine());
  const refused = await approve();
  expect({ status: refused.status, code: refused.json().code }).toEqual({
    status: 403,
    code: 'second-factor-required',
  });
  await enrol();
  expect((await approve()).status).toBe(200);
  const { exitCode, stderr, stdout } = await login.exit;
  expect(stderr + stdout).toContain('Successfully logged in');
  expect(exitCode).toBe(0);
});
