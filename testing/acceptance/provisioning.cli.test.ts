import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createGate } from '#testing/gate.ts';
import { openSignedInClient, signInWithDeviceCode } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { connectPeople, type People } from '#testing/people.ts';
import { groupUrn, patchOf, type ScimBody, userUrn } from '#testing/scim-server.ts';
import { message } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let people: People;
let secret: string;
let grace: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const { reeve, organisation } = acceptance;
  people = connectPeople({ services: reeve.services, origin: reeve.origin, authorityPem: organisation.authorityPem });
  const { keys } = organisation.owner.api;
  ({ secret } = await keys.create({ name: 'Identity provider', scopes: ['scim'], allowedIps: [] }));
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  acceptance.onPrompt('hi', () => message('Hello.'));
});
afterAll(async () => {
  people.close();
  await acceptance.close();
});

async function scim(method: string, path: string, body?: unknown): Promise<ScimBody> {
  const answer = await people.send<ScimBody>(`/scim/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.text === '' ? { id: '' } : answer.json();
}

const exec = (client: ClientMachine, prompt = 'hi') => client.run(['exec', '--skip-git-repo-check', prompt]);
const open = async (person: Person) => {
  const client = await openSignedInClient(acceptance.organisation, person);
  onTestFinished(() => client.close());
  return client;
};

describe('a person the identity provider manages', () => {
  let userId: string;

  test('keeps their account, and their client follows the groups that arrive by SCIM', async () => {
    const { organisation } = acceptance;
    const user = { schemas: [userUrn], userName: grace.email, externalId: '00u1', displayName: 'Grace Hopper' };
    const emails = [{ value: grace.email, type: 'work', primary: true }];
    ({ id: userId } = await scim('POST', '/Users', { ...user, emails, active: true }));
    const group = await scim('POST', '/Groups', {
      schemas: [groupUrn],
      displayName: 'Contractors',
      members: [{ value: userId }],
    });
    const { items } = await organisation.owner.api.directory.groups.list({ search: 'Contractors' });
    const [contractors] = items;
    expect(contractors).toMatchObject({ source: 'scim', memberCount: 1 });
    const policy = await organisation.addPolicy('Contractors', 'allowed_sandbox_modes = ["read-only"]\n');
    await organisation.assign([{ groupId: contractors?.id ?? '', policyId: policy.id }], null);
    const client = await open(grace);

    const bound = await exec(client);
    expect(bound).toMatchObject({ exitCode: 0 });
    expect(bound.stderr).toMatch(/^sandbox: read-only/m);

    const remove = { op: 'Remove', path: `members[value eq "${userId}"]` };
    await scim('PATCH', `/Groups/${group.id}`, patchOf(remove));
    const after = await organisation.owner.api.policies.lookUp.find({ email: grace.email });
    expect(after.policy).toBeNull();
  });

  test('is out everywhere when they are deactivated, in mid-stream too, and back after a new sign-in', async () => {
    const { organisation, upstream } = acceptance;
    const [client, midStream] = (await Promise.all([open(grace), open(grace)])) as [ClientMachine, ClientMachine];
    const { token } = await grace.api.identity.createAccessToken({
      kind: 'personal-access-token',
      name: 'CI',
      expiresInDays: 30,
    });
    expect(await exec(client)).toMatchObject({ exitCode: 0 });
    const midway = createGate();
    acceptance.onPrompt('slowly', () => message('Never told to the end.', { deltas: 2, midway }));
    const running = exec(midStream, 'slowly');
    await midway.reached;

    // Entra ID's way of saying it.
    await scim('PATCH', `/Users/${userId}`, patchOf({ op: 'Replace', path: 'active', value: 'False' }));

    expect(await running).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(localOffMessage) });
    const answered = upstream.requests.length;
    expect((await exec(client)).exitCode).toBe(1);
    const whoami = await people.send('/api/accounts/v1/user-auth-credential/whoami', {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(whoami.status).toBe(401);
    expect(upstream.requests).toHaveLength(answered);
    await expect(grace.api.identity.clientSignIns({})).rejects.toThrow();
    const { items } = await organisation.owner.api.directory.members.list({ search: grace.email });
    expect(items).toMatchObject([{ status: 'deprovisioned', source: 'scim' }]);
    const { reactivate } = organisation.owner.api.directory.members;
    await expect(reactivate({ id: grace.memberId })).rejects.toMatchObject({ code: 'scim-managed' });

    await scim('PATCH', `/Users/${userId}`, patchOf({ op: 'replace', value: { active: true } }));

    expect((await exec(client)).exitCode).toBe(1);
    await grace.api.identity.signIn({ email: grace.email, password: grace.password });
    await signInWithDeviceCode(client, organisation, grace);
    expect(await exec(client)).toMatchObject({ exitCode: 0 });
  });
});
