import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errors, localOffMessage } from '#contract/errors.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createGate } from '#testing/gate.ts';
import { openJoinedClient, openSignedInClient, signInWithDeviceCode, startDeviceCode } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { message } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let usersGroup: string;
beforeAll(async () => {
  acceptance = await openAcceptance();
  acceptance.onPrompt('hi', () => message('Hello.'));
});
afterAll(() => acceptance.close());

const roles = () => acceptance.organisation.owner.api.roles;
const groups = () => acceptance.organisation.owner.api.directory.groups;
/** From here on only members of the group use Codex. */
beforeEach(async () => {
  if (usersGroup) return;
  const made = await roles().setUp({
    users: { name: 'Codex Users' },
    admins: { name: 'Codex Admins' },
    defaultRoleId: null,
  });
  usersGroup = made.users.id;
});

const close = (client: ClientMachine): ClientMachine => {
  onTestFinished(() => client.close());
  return client;
};
const exec = (client: ClientMachine, prompt = 'hi') => client.run(['exec', '--skip-git-repo-check', prompt]);
const join = (person: Person) => groups().changeMembers({ id: usersGroup, add: [person.memberId] });
const leave = (person: Person) => groups().changeMembers({ id: usersGroup, remove: [person.memberId] });

test('who is in no group with a Codex role is refused at sign-in, let in after joining one, and out again after leaving', async () => {
  const { organisation, upstream } = acceptance;
  const grace = await organisation.addMember({ name: 'Grace Hopper' });
  const client = close(await openJoinedClient(organisation));
  const first = await startDeviceCode(client, organisation);
  await expect(grace.api.identity.approveDevice({ userCode: first.userCode })).rejects.toThrow(localOffMessage);
  const refused = await first.program.exit;
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(localOffMessage) });

  await join(grace);
  await signInWithDeviceCode(client, organisation, grace);
  expect(await exec(client)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello.') });

  const answered = upstream.requests.length;
  await leave(grace);
  const out = await exec(client);
  expect(out.exitCode).toBe(1);
  expect(out.stderr).toContain('403 Forbidden');
  expect(upstream.requests).toHaveLength(answered);

  await join(grace);
  expect(await exec(client)).toMatchObject({ exitCode: 0 });
});

test('a running call ends when its member’s last way to Codex goes, and goes on while there is another', async () => {
  const { organisation } = acceptance;
  const alan = await organisation.addMember({ name: 'Alan Turing' });
  await join(alan);
  const client = close(await openSignedInClient(organisation, alan));
  const own = await roles().create({ name: 'Codex at home', permissions: ['codex-local.use', 'device-code.use'] });
  await organisation.owner.api.directory.members.setRoles({ id: alan.memberId, roleIds: [own.id] });

  const keepsGoing = createGate();
  acceptance.onPrompt('two ways', () => message('Told to the end.', { deltas: 2, midway: keepsGoing }));
  const kept = exec(client, 'two ways');
  await keepsGoing.reached;
  await leave(alan);
  keepsGoing.release();
  expect(await kept).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Told to the end.') });

  const midway = createGate();
  acceptance.onPrompt('last way', () => message('Never told to the end.', { deltas: 2, midway }));
  const running = exec(client, 'last way');
  await midway.reached;
  await roles().update({ id: own.id, permissions: ['device-code.use'] });
  expect(await running).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(localOffMessage) });
});

test('a device code needs its own permission: the person is told, and the client’s wait ends', async () => {
  const { organisation } = acceptance;
  const ada = await organisation.addMember({ name: 'Ada King' });
  const browserOnly = await roles().create({ name: 'Browser only', permissions: ['codex-local.use'] });
  await organisation.owner.api.directory.members.setRoles({ id: ada.memberId, roleIds: [browserOnly.id] });
  const client = close(await openJoinedClient(organisation));
  const { program, userCode } = await startDeviceCode(client, organisation);
  await expect(ada.api.identity.approveDevice({ userCode })).rejects.toThrow(
    errors['device-code-not-permitted'].message,
  );
  const ended = await program.exit;
  expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('denied in the browser') });
});
