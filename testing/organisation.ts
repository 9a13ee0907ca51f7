import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { Policy } from '#contract/policies.ts';
import { type OwnApiSession, openOwnApiSession, type ServerAddress } from '#testing/own-api-session.ts';

/** Somebody with a browser that is signed in to the console. */
export interface Person extends OwnApiSession {
  memberId: string;
  email: string;
  name: string;
  password: string;
}

export interface Organisation extends ServerAddress {
  workspaceId: string;
  owner: Person;
  /** Invites as the owner, follows the link as the person. */
  addMember(member: { name: string; role?: BuiltInRole; groupIds?: string[] }): Promise<Person>;
  addGroup(name: string, members: Person[]): Promise<{ id: string }>;
  /** Published, and applies to nobody until it is assigned. */
  addPolicy(name: string, contents: string): Promise<Policy>;
  /** The next version of it. */
  changePolicy(id: string, change: { contents: string }): Promise<Policy>;
  /** Sets the whole order: first match wins, then the fallback. */
  assign(order: { groupId: string; policyId: string }[], fallbackPolicyId: string | null): Promise<void>;
  /** Where model calls go, and one allowed model (the default). */
  serveModel(upstream: { baseUrl: string; apiKey: string }, slug: string): Promise<void>;
}

const tokenIn = (link: string): string => new URL(link).hash.slice(1);
const emailOf = (name: string): string => `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
const passwordOf = (name: string): string => `${name} keeps 7 otters`;

async function whoIs({ api }: OwnApiSession) {
  const session = await api.identity.session({});
  if (session.state !== 'signed-in') throw new Error('not signed in after following the link');
  return session;
}

async function openOwner(address: ServerAddress, ownerLink: string): Promise<Person & { workspaceId: string }> {
  const session = openOwnApiSession(address);
  const name = 'Ada Lovelace';
  const person = { name, email: emailOf(name), password: passwordOf(name) };
  await session.api.directory.links.acceptOwner({
    token: tokenIn(ownerLink),
    workspaceName: 'Example Ltd',
    ...person,
  });
  const { member, workspace } = await whoIs(session);
  return { ...session, ...person, memberId: member.id, workspaceId: workspace.id };
}

async function openMember(address: ServerAddress, { name, link }: { name: string; link: string }): Promise<Person> {
  const session = openOwnApiSession(address);
  const password = passwordOf(name);
  await session.api.directory.links.acceptInvitation({ token: tokenIn(link), name, password });
  const { member } = await whoIs(session);
  return { ...session, name, password, email: member.email, memberId: member.id };
}

/** An example organisation, made through Reeve's own API by following the set-up link, as an administrator does. */
export async function foundOrganisation(address: ServerAddress, ownerLink: string): Promise<Organisation> {
  const { origin, authorityPem } = address;
  const owner = await openOwner(address, ownerLink);
  const { api } = owner;
  return {
    origin,
    authorityPem,
    workspaceId: owner.workspaceId,
    owner,
    async addMember({ name, role, groupIds = [] }) {
      const people = [{ email: emailOf(name), name }];
      const { invitations } = await api.directory.members.invite({ people, roleIds: role ? [role] : [], groupIds });
      return openMember(address, { name, link: invitations[0]?.link ?? '' });
    },
    async addGroup(name, members) {
      const group = await api.directory.groups.create({ name });
      const add = members.map(({ memberId }) => memberId);
      return api.directory.groups.changeMembers({ id: group.id, add });
    },
    async addPolicy(name, contents) {
      const { id } = await api.policies.create({ name, contents });
      const { policy } = await api.policies.publication.publish({
        id,
        expectedDraft: 1,
        message: 'The first version.',
      });
      return policy;
    },
    async changePolicy(id, change) {
      await api.policies.saveDraft({ id, expectedDraft: null, ...change });
      const { policy } = await api.policies.publication.publish({ id, expectedDraft: 1, message: 'Changed.' });
      return policy;
    },
    async assign(items, fallbackPolicyId) {
      const { version } = await api.policies.assignments({});
      await api.policies.assign({ items, fallbackPolicyId, expectedVersion: version });
    },
    async serveModel(upstream, slug) {
      await api.models.setUpstream(upstream);
      await api.models.create({
        slug,
        displayName: 'Corporate model',
        upstreamModel: null,
        contextWindowTokens: 200_000,
        reasoningEfforts: ['low', 'medium'],
        inputUsdPerMillion: 2,
        cachedInputUsdPerMillion: 0.5,
        outputUsdPerMillion: 10,
        isDefault: true,
      });
    },
  };
}
