import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { signInLifetimes } from '#server/identity/sign-in-lifetimes.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { openJoinedClient, openSignedInClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { message } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let grace: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  grace = await acceptance.organisation.addMember({ name: 'Grace Hopper' });
  acceptance.onPrompt('hi', () => message('Hello.'));
});
afterAll(() => acceptance.close());
afterEach(() => {
  vi.useRealTimers();
  acceptance.reeve.setNow(null);
});

const AuthFile = z.object({ tokens: z.object({ access_token: z.string(), refresh_token: z.string() }) });
const tokensOf = async ({ files }: ClientMachine) =>
  AuthFile.parse(JSON.parse(await files.codexHome.read('auth.json'))).tokens;
const exec = (client: ClientMachine) => client.run(['exec', '--skip-git-repo-check', 'hi']);
const worked = { exitCode: 0, stdout: expect.stringContaining('Hello.') };
const refused = (words: string) => ({ exitCode: 1, stderr: expect.stringContaining(words) });

/** Signs in while the server's clock says that it is so long ago; the client keeps its own. */
async function signedInBefore(seconds: number): Promise<ClientMachine> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - seconds * 1000 });
  const client = await openSignedInClient(acceptance.organisation, grace);
  onTestFinished(() => client.close());
  vi.useRealTimers();
  return client;
}

const justExpired = signInLifetimes.accessTokenSeconds + 60;

test('an expired access token is renewed by itself, and the refresh token with it', async () => {
  const client = await signedInBefore(justExpired);
  const old = await tokensOf(client);
  expect(await exec(client)).toMatchObject(worked);
  const renewed = await tokensOf(client);
  expect(renewed.access_token).not.toBe(old.access_token);
  expect(renewed.refresh_token).not.toBe(old.refresh_token);
  expect(await exec(client)).toMatchObject(worked);
  expect(await tokensOf(client)).toEqual(renewed);
});

test('a copied refresh token that was used already ends the whole sign-in', async () => {
  const client = await signedInBefore(justExpired);
  const thief = await openJoinedClient(acceptance.organisation);
  onTestFinished(() => thief.close());
  await thief.files.codexHome.write('auth.json', await client.files.codexHome.read('auth.json'), { mode: 0o600 });
  expect(await exec(client)).toMatchObject(worked);

  // Two programs of one person may renew at the same moment; later than that it is a copy.
  acceptance.reeve.setNow(new Date(Date.now() + (signInLifetimes.refreshReuseGraceSeconds + 5) * 1000));
  expect(await exec(thief)).toMatchObject(refused('was already used'));
  const { items } = await acceptance.organisation.owner.api.audit.list({ event: 'refresh-token.reused' });
  expect(items).toMatchObject([{ actor: { id: grace.memberId } }]);

  await client.files.codexHome.remove('cloud-config-bundle-cache.json');
  expect(await exec(client)).toMatchObject(refused('was revoked'));
});

test('a sign-in that its member ended in the console is told so', async () => {
  const client = await signedInBefore(0);
  expect(await exec(client)).toMatchObject(worked);
  const { items } = await grace.api.identity.clientSignIns({});
  const newest = items.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
  await grace.api.identity.revokeClientSignIn({ id: newest?.id ?? '' });

  const before = acceptance.upstream.requests.length;
  await client.files.codexHome.remove('cloud-config-bundle-cache.json');
  expect(await exec(client)).toMatchObject(refused('was revoked'));
  expect(acceptance.upstream.requests).toHaveLength(before);
});

test('a sign-in unused for longer than its refresh token lives has expired', async () => {
  const client = await signedInBefore(justExpired);
  acceptance.reeve.setNow(new Date(Date.now() + signInLifetimes.refreshTokenSeconds * 1000));
  expect(await exec(client)).toMatchObject(refused('has expired'));
});

test('codex logout ends the sign-in on the server', async () => {
  const client = await signedInBefore(0);
  const count = async () => (await grace.api.identity.clientSignIns({})).items.length;
  const before = await count();
  expect(await client.run(['logout'])).toMatchObject({ exitCode: 0 });
  await expect.poll(count).toBe(before - 1);
});
