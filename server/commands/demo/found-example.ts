import type { Hono } from 'hono';
import { z } from 'zod';
import { createOwnerLink } from '#server/directory/index.ts';
import type { HttpEnv } from '#server/http/http-env.ts';
import type { OwnApi } from '#server/http/own-api-caller.ts';
import type { Services } from '#server/services.ts';
import type { ExampleMember } from './example-activity.ts';
import { creditsPerUsd } from './example-call-record.ts';
import { type ExamplePerson, exampleGroups } from './example-people.ts';
import { exampleOrder, examplePolicies } from './example-policies.ts';
import { ownApiInProcess } from './own-api-in-process.ts';

export interface ExampleParts {
  services: Services;
  app: Hono<HttpEnv>;
}

export interface Founded {
  api: OwnApi;
  workspaceId: string;
  members: ExampleMember[];
  policies: Map<string, { id: string; number: number }>;
  models: [string, string];
}

const Created = z.object({ id: z.string() });

/** What an identity provider does: SCIM calls with a key of the workspace. */
function openScim({ app, services: { origin } }: ExampleParts, secret: string) {
  return async (path: string, body: object): Promise<string> => {
    const answer = await app.request(
      `${origin}/scim/v2${path}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' },
        body: JSON.stringify(body),
      },
      { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
    );
    const read = await answer.json();
    if (answer.status !== 201) throw new Error(`provisioning the example: ${answer.status} ${JSON.stringify(read)}`);
    return Created.parse(read).id;
  };
}

async function provision(parts: ExampleParts, api: OwnApi, people: readonly ExamplePerson[]): Promise<ExampleMember[]> {
  const { secret } = await api.keys.create({ name: 'Example identity provider', scopes: ['scim'] });
  const send = openScim(parts, secret);
  const members: ExampleMember[] = [];
  for (const person of people) {
    const [givenName = '', familyName = ''] = person.name.split(' ');
    const memberId = await send('/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: person.email,
      externalId: `example-${members.length + 1}`,
      displayName: person.name,
      name: { givenName, familyName },
      emails: [{ value: person.email, type: 'work', primary: true }],
      active: true,
    });
    members.push({ ...person, memberId });
  }
  for (const { name } of exampleGroups) {
    const inGroup = members.filter(({ group }) => group.name === name);
    await send('/Groups', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: name,
      members: inGroup.map(({ memberId }) => ({ value: memberId })),
    });
  }
  return members;
}

async function writePolicies(api: OwnApi): Promise<Founded['policies']> {
  const policies: Founded['policies'] = new Map();
  for (const { name, contact, versions } of examplePolicies) {
    const [{ contents, message }] = versions;
    const { id } = await api.policies.create({ name, contents });
    await api.policies.saveDraft({ id, expectedDraft: 1, contact, explainsRules: true });
    const { policy } = await api.policies.publication.publish({ id, expectedDraft: 2, message });
    policies.set(name, { id, number: policy.number });
  }
  const groups = await api.directory.groups.list({ limit: 200 });
  const groupId = (name: string) => groups.items.find((group) => group.name === name)?.id ?? '';
  const policyId = (name: string) => policies.get(name)?.id ?? '';
  const { version } = await api.policies.assignments({});
  await api.policies.assign({
    items: exampleOrder.map(({ group, policy }) => ({ groupId: groupId(group), policyId: policyId(policy) })),
    fallbackPolicyId: policyId('Everyone else'),
    expectedVersion: version,
  });
  return policies;
}

async function serveModels(api: OwnApi, baseUrl: string): Promise<Founded['models']> {
  await api.models.setUpstream({ baseUrl });
  const model = {
    upstreamModel: null,
    contextWindowTokens: 200_000,
    reasoningEfforts: ['low' as const, 'medium' as const, 'high' as const],
  };
  const prices = { inputUsdPerMillion: 1.25, cachedInputUsdPerMillion: 0.125, outputUsdPerMillion: 10 };
  const small = { inputUsdPerMillion: 0.25, cachedInputUsdPerMillion: 0.025, outputUsdPerMillion: 2 };
  await api.models.create({
    ...model,
    ...prices,
    slug: 'example-large',
    displayName: 'Example large',
    isDefault: true,
  });
  await api.models.create({
    ...model,
    ...small,
    slug: 'example-small',
    displayName: 'Example small',
    isDefault: false,
  });
  await api.modelPrices.add({ terms: { kind: 'rate', unit: 'credits', perUsd: creditsPerUsd } });
  return ['example-large', 'example-small'];
}

/** Sets the organisation up through Reeve's own API and SCIM, as an owner and an identity provider do. */
export async function foundExample(
  parts: ExampleParts,
  {
    owner,
    people,
    upstreamUrl,
  }: {
    owner: { name: string; email: string; password: string };
    people: readonly ExamplePerson[];
    upstreamUrl: string;
  },
): Promise<Founded> {
  const { services, app } = parts;
  const api = ownApiInProcess(app, services.origin);
  const { url } = await createOwnerLink(services, { madeBy: 'first start' });
  const token = new URL(url).hash.slice(1);
  await api.directory.links.acceptOwner({ token, workspaceName: 'Example organisation', ...owner });
  const session = await api.identity.session({});
  if (session.state !== 'signed-in') throw new Error('the example’s owner could not sign in');
  await api.roles.setDefault({ roleId: 'codex-user' });
  await api.roles.create({ name: 'Help desk', permissions: ['members.write', 'activity.read'] });
  const members = await provision(parts, api, people);
  const policies = await writePolicies(api);
  const models = await serveModels(api, upstreamUrl);
  await api.directory.members.invite({
    people: [{ email: 'auditor@example.com', name: 'External auditor' }],
    roleIds: ['compliance-officer'],
  });
  return { api, workspaceId: session.workspace.id, members, policies, models };
}
