import type { paths } from '#console/paths.ts';
import { createOwnerLink } from '#server/directory/index.ts';

import { approvalAddress, type ExampleOrganisation, startDeviceCode } from './example-organisation.ts';

export type Who = 'owner' | 'member' | 'nobody';

export interface Visit {
  address: string;
  as: Who;
}

const asOwner = (...addresses: string[]): Visit[] => addresses.map((address) => ({ address, as: 'owner' }));

/** Every page of the console with something on it; a page that is missing here does not compile. */
export async function everyPage(example: ExampleOrganisation): Promise<Record<keyof typeof paths, Visit[]>> {
  const { organisation, reeve } = example;
  const { api, memberId, email } = organisation.owner;
  const group = (await api.directory.groups.list({})).items[0]?.id;
  const policy = (await api.policies.list({})).items[0]?.id;
  const call = (await api.activity.list({})).items[0]?.id;
  const entry = (await api.audit.list({ event: 'policy.created' })).items[0]?.id;
  const { invitations } = await api.directory.members.invite({ people: [{ email: 'invited@example.com' }] });
  const owner = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const userCode = await startDeviceCode(example);
  const localOf = (link = '') => link.slice(organisation.origin.length);
  return {
    overview: [...asOwner('/'), { address: '/', as: 'member' }],
    settings: asOwner('/settings'),
    members: asOwner('/members', '/members?search=nobody-of-this-name'),
    member: asOwner(`/members/${memberId}`),
    groups: asOwner('/groups'),
    group: asOwner(`/groups/${group}`),
    policies: asOwner('/policies'),
    newPolicy: asOwner('/policies/new'),
    policyOrder: asOwner('/policies/order'),
    lookUp: asOwner(`/policies/look-up?email=${email}`),
    policy: asOwner(`/policies/${policy}`),
    connect: [
      ...asOwner('/connect?for=ci', '/connect?for=fleet', '/connect?for=proxy'),
      { address: '/connect?for=person&system=linux', as: 'member' },
    ],
    models: asOwner('/models'),
    activity: asOwner('/activity', `/activity?call=${call}`),
    audit: asOwner('/audit', `/audit?entry=${entry}`),
    account: asOwner('/account', '/account?tab=tokens', '/account?tab=password'),
    signIn: [{ address: '/sign-in', as: 'nobody' }],
    ownerLink: [{ address: localOf(owner.url), as: 'nobody' }],
    invitationLink: [{ address: localOf(invitations[0]?.link), as: 'nobody' }],
    join: [{ address: '/join', as: 'nobody' }],
    device: [
      { address: '/codex/device', as: 'member' },
      { address: `/codex/device?user_code=${userCode}`, as: 'member' },
    ],
    authorization: [{ address: approvalAddress(), as: 'member' }],
  };
}
