import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { openJoinedClient, startDeviceCode } from '#testing/joined-client.ts';
import { type OwnApiSession, openOwnApiSession } from '#testing/own-api-session.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type OidcIdp, startOidcIdp } from '#testing/servers/oidc-idp.ts';
import { enableTested, prepareOidc, problemOn, startAddress, verifyDomain } from '#testing/single-sign-on.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let idp: OidcIdp;
let connectionId: string;
let engineersId: string;

beforeAll(async () => {
  idp = await startOidcIdp({
    ada: { claims: { email: 'ada.lovelace@example.com', email_verified: true, name: 'Ada Lovelace', groups: [] } },
    grace: { claims: { email: 'grace@example.com', email_verified: true, name: 'Grace Hopper', groups: ['eng'] } },
    alan: { claims: { email: 'alan@example.com', email_verified: true, name: 'Alan Turing', groups: [] } },
  });
  acceptance = await openAcceptance();
  acceptance.onPrompt('write it', eachTurn(shellCommand('echo hi > made.txt'), message('Tried.')));
  const { organisation, reeve } = acceptance;
  const { owner } = organisation;
  engineersId = (await organisation.addGroup('Engineers', [])).id;
  const careful = await organisation.addPolicy('Careful', 'allowed_sandbox_modes = ["read-only"]\n');
  const engineering = await organisation.addPolicy(
    'Engineering',
    'allowed_sandbox_modes = ["read-only", "workspace-write"]\n',
  );
  await organisation.assign([{ groupId: engineersId, policyId: engineering.id }], careful.id);
  const domainId = await verifyDomain(owner, reeve.dns, 'example.com');
  const prepared = await prepareOidc(owner, idp, {
    name: 'Example IdP',
    domainIds: [domainId],
    justInTime: { who: 'verified-domains' },
    groupMappings: [{ value: 'eng', groupId: engineersId }],
  });
  idp.automatically('ada');
  connectionId = (await enableTested(owner, prepared.id)).id;
  // Passwords are out of the question from here on.
  await owner.api.sso.updateSettings({ isRequired: true, breakGlassOwnerIds: [owner.memberId] });
});
afterAll(async () => {
  await acceptance.close();
  await idp.close();
});

async function open(): Promise<ClientMachine> {
  const client = await openJoinedClient(acceptance.organisation);
  onTestFinished(() => client.close());
  return client;
}

/** A new browser in which somebody signs on because a page of Reeve asked who they are. */
async function signOnFor(login: string, next: string): Promise<OwnApiSession & { cameTo: string }> {
  idp.automatically(login);
  const session = openOwnApiSession(acceptance.organisation);
  const page = await session.browser.get(startAddress(acceptance.organisation, connectionId, { next }));
  return { ...session, cameTo: page.url.pathname };
}

async function work(client: ClientMachine) {
  const run = await client.run(['exec', '--skip-git-repo-check', '-s', 'workspace-write', 'write it']);
  const sandbox = /^sandbox: (\S+)/m.exec(run.stderr)?.[1];
  return { exitCode: run.exitCode, sandbox, wrote: await client.files.work.exists('made.txt') };
}

test('a device sign-in is approved by somebody who joins at that moment, and their groups’ policy holds', async () => {
  const client = await open();
  const { program, userCode } = await startDeviceCode(client, acceptance.organisation);
  const grace = await signOnFor('grace', `/codex/device?code=${userCode}`);
  expect(grace.cameTo).toBe('/codex/device');
  await grace.api.identity.approveDevice({ userCode });
  expect(await program.exit).toMatchObject({ exitCode: 0 });
  expect(await work(client)).toEqual({ exitCode: 0, sandbox: 'workspace-write', wrote: true });
});

test('a browser sign-in leads through the identity provider and back to the client', async () => {
  const client = await open();
  const server = client.appServer();
  await server.initialize();
  const started = (await server.request('account/login/start', { type: 'chatgpt' })) as { authUrl: string };
  const session = openOwnApiSession(acceptance.organisation);
  // Not signed in: the approval page asks who it is, and is come back to.
  const { pathname } = (await session.browser.get(started.authUrl)).url;
  expect(pathname).toMatch(/^\/authorize\//);
  idp.automatically('alan');
  const page = await session.browser.get(startAddress(acceptance.organisation, connectionId, { next: pathname }));
  expect(page.url.pathname).toBe(pathname);
  const uid = pathname.slice('/authorize/'.length);
  const { redirectTo } = await session.api.identity.approveAuthorization({ uid });
  expect((await session.browser.get(redirectTo)).body).toMatch(/signed in/i);
  await server.close();
  expect((await client.run(['login', 'status'])).stderr).toContain('Logged in using ChatGPT');
  expect(await work(client)).toEqual({ exitCode: 0, sandbox: 'read-only', wrote: false });
});

test('whom the identity provider no longer lets in signs no client in; whoever is suspended is out at once', async () => {
  const client = await open();
  const grace = await signOnFor('grace', '/');
  const { program, userCode } = await startDeviceCode(client, acceptance.organisation);
  await grace.api.identity.approveDevice({ userCode });
  expect(await program.exit).toMatchObject({ exitCode: 0 });

  idp.people.delete('grace');
  idp.automatically('grace');
  const refused = openOwnApiSession(acceptance.organisation);
  const page = await refused.browser.get(
    startAddress(acceptance.organisation, connectionId, { next: '/codex/device' }),
  );
  expect(await problemOn(page, acceptance.organisation.owner)).toMatchObject({
    code: 'provider-refused',
    next: '/codex/device',
  });
  expect((await refused.api.identity.session({})).state).toBe('signed-out');

  const { api } = acceptance.organisation.owner;
  const { items } = await api.directory.members.list({ search: 'grace@example.com' });
  await api.directory.members.suspend({ id: items[0]?.id ?? '' });
  const run = await client.run(['exec', '--skip-git-repo-check', 'write it']);
  expect(run.exitCode).not.toBe(0);
});
