import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createGate } from '#testing/gate.ts';
import {
  type JoinedClientOptions,
  openJoinedClient,
  openSignedInClient,
  signInWithDeviceCode,
  startDeviceCode,
} from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { message } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let grace: Person;
let alan: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const people = ['Grace Hopper', 'Alan Turing'].map((name) => acceptance.organisation.addMember({ name }));
  [grace, alan] = (await Promise.all(people)) as [Person, Person];
  acceptance.onPrompt('hi', () => message('Hello.'));
});
afterAll(() => acceptance.close());

const close = (client: ClientMachine): ClientMachine => {
  onTestFinished(() => client.close());
  return client;
};
const open = async (person: Person, options?: JoinedClientOptions) =>
  close(await openSignedInClient(acceptance.organisation, person, options));
const exec = (client: ClientMachine, prompt = 'hi') => client.run(['exec', '--skip-git-repo-check', prompt]);
const turnLocal = (codexLocalEnabled: boolean) =>
  acceptance.organisation.owner.api.workspace.updateSettings({ codexLocalEnabled });
const errorLine = (stderr: string) => stderr.split('\n').findLast((line) => line.startsWith('ERROR')) ?? stderr;

describe('Codex Local off', () => {
  test('every surface is refused with the vendor’s words, and works again after a normal sign-in', async () => {
    const { organisation, upstream } = acceptance;
    const [cold, midStream, terminal, newcomer] = (await Promise.all([
      open(grace),
      open(grace),
      open(grace, { trustWorkFolder: true }),
      openJoinedClient(organisation).then(close),
    ])) as [ClientMachine, ClientMachine, ClientMachine, ClientMachine];
    const midway = createGate();
    acceptance.onPrompt('go on', () => message('Never told to the end.', { deltas: 2, midway }));
    const tui = terminal.tui();
    await tui.waitFor(/Corporate model/);
    const running = exec(midStream, 'go on');
    await midway.reached;

    await turnLocal(false);

    const cut = await running;
    expect(cut.exitCode).toBe(1);
    expect(errorLine(cut.stderr)).toBe(`ERROR: ${localOffMessage}`);
    const answered = upstream.requests.length;
    const refused = await exec(cold);
    expect(refused.exitCode).toBe(1);
    expect(errorLine(refused.stderr)).toContain(`403 Forbidden: ${localOffMessage}`);
    await tui.submit('hi');
    await tui.waitFor(new RegExp(`403 Forbidden: ${localOffMessage}`));
    await tui.quit();
    expect(upstream.requests).toHaveLength(answered);

    const { program, userCode } = await startDeviceCode(newcomer, organisation);
    await expect(grace.api.identity.approveDevice({ userCode })).rejects.toThrow(localOffMessage);
    const signIn = await program.exit;
    expect(signIn.exitCode).toBe(1);
    expect(signIn.stderr).toContain(`status 403 Forbidden: ${localOffMessage}`);
    const refusals = async () => (await organisation.owner.api.activity.list({ outcome: 'refused' })).items;
    await expect.poll(async () => (await refusals()).length).toBeGreaterThanOrEqual(2);
    expect(new Set((await refusals()).map(({ refusalCode }) => refusalCode))).toEqual(new Set(['local-off']));

    await turnLocal(true);

    const signedOut = await exec(cold);
    expect(signedOut.exitCode).toBe(1);
    expect(signedOut.stderr).toMatch(/refresh token was revoked|log out and sign in again/);
    await signInWithDeviceCode(cold, organisation, grace);
    expect(await exec(cold)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello.') });
  });
});

test('device code off: the client is told at once', async () => {
  const { organisation } = acceptance;
  const client = close(await openJoinedClient(organisation));
  await organisation.owner.api.workspace.updateSettings({ deviceCodeEnabled: false });
  const signIn = await client.run(['login', '--device-auth', '--experimental_issuer', organisation.origin]);
  expect(signIn.exitCode).toBe(1);
  expect(signIn.stderr).toContain('device code login is not enabled for this Codex server');
  await organisation.owner.api.workspace.updateSettings({ deviceCodeEnabled: true });
  await signInWithDeviceCode(client, organisation, grace);
});

test('a suspended member is out within one request, in mid-stream too, and back after a new sign-in', async () => {
  const { organisation, upstream } = acceptance;
  const { members } = organisation.owner.api.directory;
  const [client, midStream] = (await Promise.all([open(alan), open(alan)])) as [ClientMachine, ClientMachine];
  expect(await exec(client)).toMatchObject({ exitCode: 0 });
  const midway = createGate();
  acceptance.onPrompt('slowly', () => message('Never told to the end.', { deltas: 2, midway }));
  const running = exec(midStream, 'slowly');
  await midway.reached;

  await members.suspend({ id: alan.memberId });

  expect(await running).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(localOffMessage) });
  const answered = upstream.requests.length;
  expect((await exec(client)).exitCode).toBe(1);
  expect(upstream.requests).toHaveLength(answered);
  await expect(alan.api.identity.clientSignIns({})).rejects.toThrow();

  await members.reactivate({ id: alan.memberId });
  expect((await exec(client)).exitCode).toBe(1);
  await alan.api.identity.signIn({ email: alan.email, password: alan.password });
  await signInWithDeviceCode(client, organisation, alan);
  expect(await exec(client)).toMatchObject({ exitCode: 0 });
});
