import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { TokenScope } from '#contract/token-scopes.ts';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createGate } from '#testing/gate.ts';
import { openJoinedClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let robot: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const { organisation } = acceptance;
  robot = await organisation.addMember({ name: 'Build Robot' });
  const { id } = await organisation.addPolicy('Automation', 'allowed_sandbox_modes = ["read-only"]\n');
  await organisation.assign([], id);
  acceptance.onPrompt(
    'Say what this repository is for.',
    eachTurn(shellCommand('echo hi > made.txt'), message('A test.')),
  );
});
afterAll(() => acceptance.close());

const newToken = (scopes?: TokenScope[]) =>
  robot.api.identity.createAccessToken({
    kind: 'personal-access-token',
    name: 'CI',
    expiresInDays: 30,
    ...(scopes && { scopes }),
  });

/** What the console's page says to paste into a CI job. */
async function jobScript(): Promise<string> {
  const { items } = await robot.api.connect.recipes({});
  const text = items.find(({ id }) => id === 'ci-shell')?.steps[0]?.text;
  if (text === undefined) throw new Error('there is no recipe for CI');
  return text;
}

test('the CI job of the recipe runs with an access token, bound by the policy', async () => {
  const { organisation } = acceptance;
  const { token } = await newToken();
  const runner = await createClientMachine();
  onTestFinished(() => runner.close());
  const job = await runner.shell(await jobScript(), { env: { CODEX_ACCESS_TOKEN: token } });

  expect(job).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('A test.') });
  expect(job.stderr).toMatch(/^sandbox: read-only/m);
  expect(await runner.files.work.exists('made.txt')).toBe(false);
  const calls = async () => (await organisation.owner.api.activity.list({ outcome: 'completed' })).items;
  const facts = { credential: 'personal-access-token', member: { id: robot.memberId }, policyName: 'Automation' };
  await expect.poll(calls).toMatchObject([facts, facts]);
  expect(job.stdout + job.stderr).not.toContain(token);
});

test('when its check fails nothing goes through, whatever the client does then', async () => {
  const { upstream, organisation } = acceptance;
  const { token, accessToken } = await newToken();
  await robot.api.identity.revokeAccessToken({ id: accessToken.id });
  const before = upstream.requests.length;
  const runner = await createClientMachine();
  onTestFinished(() => runner.close());

  const job = await runner.shell(await jobScript(), { env: { CODEX_ACCESS_TOKEN: token } });
  expect(job.exitCode).not.toBe(0);
  expect(job.stderr).toContain('401');

  // Without the recipe's own check: the client goes on, without signing in and without a policy.
  const gateway = `model = "corp-model"\nopenai_base_url = "${organisation.origin}/backend-api/codex"\n`;
  const client = await openJoinedClient(organisation, { configToml: gateway });
  onTestFinished(() => client.close());
  const env = { CODEX_ACCESS_TOKEN: token };
  const login = await client.run(['login', '--with-access-token'], { input: token });
  expect(login.exitCode).toBe(1);
  const run = await client.run(['exec', '--skip-git-repo-check', 'Say what this repository is for.'], { env });
  expect(run.exitCode).toBe(1);
  expect(upstream.requests).toHaveLength(before);
});

test('sign-in with an access token, until it is revoked', async () => {
  const { organisation, upstream } = acceptance;
  const { token, accessToken } = await newToken();
  const client = await openJoinedClient(organisation, { as: 'machine' });
  onTestFinished(() => client.close());
  expect(await client.run(['login', '--with-access-token'], { input: token })).toMatchObject({ exitCode: 0 });
  const exec = () => client.run(['exec', '--skip-git-repo-check', 'Say what this repository is for.']);
  expect(await exec()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('A test.') });

  await robot.api.identity.revokeAccessToken({ id: accessToken.id });
  const before = upstream.requests.length;
  expect(await exec()).toMatchObject({ exitCode: 1 });
  expect(upstream.requests).toHaveLength(before);
});

async function signedInWith(token: string) {
  const client = await openJoinedClient(acceptance.organisation, { as: 'machine' });
  onTestFinished(() => client.close());
  expect(await client.run(['login', '--with-access-token'], { input: token })).toMatchObject({ exitCode: 0 });
  return client;
}

test('a token that is revoked in the middle of an answer ends it', async () => {
  const { token, accessToken } = await newToken();
  const client = await signedInWith(token);
  const midway = createGate();
  acceptance.onPrompt('slowly', () => message('Never told to the end.', { deltas: 2, midway }));
  const running = client.run(['exec', '--skip-git-repo-check', 'slowly']);
  await midway.reached;
  const before = acceptance.upstream.requests.length;
  await robot.api.identity.revokeAccessToken({ id: accessToken.id });
  const cut = await running;
  expect(cut.exitCode).toBe(1);
  expect(cut.stdout).not.toContain('Never told to the end.');
  expect(acceptance.upstream.requests).toHaveLength(before);
});

test('a token for policy alone signs in and is bound, and calls no model', async () => {
  const { token } = await newToken(['policy.read']);
  const client = await signedInWith(token);
  const before = acceptance.upstream.requests.length;
  const run = await client.run(['exec', '--skip-git-repo-check', 'Say what this repository is for.']);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toMatch(/^sandbox: read-only/m);
  expect(run.stderr).toContain('made without the scope that is needed here');
  expect(acceptance.upstream.requests).toHaveLength(before);
  const refusals = async () => (await acceptance.organisation.owner.api.activity.list({ outcome: 'refused' })).items;
  await expect
    .poll(refusals)
    .toContainEqual(expect.objectContaining({ refusalCode: 'scope-missing', credential: 'personal-access-token' }));
});
