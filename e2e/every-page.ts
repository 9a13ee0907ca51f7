import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { paths } from '#console/paths.ts';
import { createOwnerLink } from '#server/directory/index.ts';

import { addExampleBundles } from '#testing/example-bundles.ts';
import { addExampleEnvironments } from '#testing/example-environments.ts';
import { seedExampleProofs } from '#testing/example-proofs.ts';
import { seedExampleTasks } from '#testing/example-tasks.ts';
import type { Person } from '#testing/organisation.ts';
import { approvalAddress, type ExampleOrganisation, enterAs, startDeviceCode } from './example-organisation.ts';
import { addExplainedPolicy, fetchPolicy } from './policy-delivery.ts';

export type Who = 'owner' | 'member' | 'nobody';

export interface Visit {
  address: string;
  /** The end of the address, where it is good for minutes only: made when the page is opened. */
  makeRest?: () => Promise<string>;
  as: Who;
}

const asOwner = (...addresses: string[]): Visit[] => addresses.map((address) => ({ address, as: 'owner' }));

/** Every page of the console with something on it; a page that is missing here does not compile. */
export async function everyPage(example: ExampleOrganisation): Promise<Record<keyof typeof paths, Visit[]>> {
  const { organisation, reeve } = example;
  const { api, memberId, email } = organisation.owner;
  const group = (await api.directory.groups.list({})).items[0]?.id;
  const policy = (await api.policies.list({})).items[0]?.id;
  await api.policies.saveDraft({
    id: policy ?? '',
    expectedDraft: null,
    defaults: 'model = "corp-model"\n',
    tests: [{ kind: 'command', groupId: null, command: 'git push', expect: 'forbidden' }],
  });
  const role = await api.roles.create({ name: 'Help desk', permissions: ['members.write', 'codex.administer'] });
  const call = (await api.activity.list({})).items[0]?.id;
  const entry = (await api.audit.list({ event: 'policy.created' })).items[0]?.id;
  const { invitations } = await api.directory.members.invite({ people: [{ email: 'invited@example.com' }] });
  const oidc = await api.sso.connections.create({ kind: 'oidc', name: 'Okta' });
  const saml = await api.sso.connections.create({ kind: 'saml', name: 'Microsoft' });
  await api.sso.domains.add({ domain: 'example.com' });
  const { key } = await api.keys.create({ name: 'SIEM export', scopes: ['audit.read'] });
  const explained = await addExplainedPolicy(organisation);
  await fetchPolicy(example, organisation.owner);
  const bundles = await addExampleBundles(organisation.owner, { engineering: group ?? '', contractors: group ?? '' });
  const environment = await addExampleEnvironments(reeve.services, {
    ...organisation,
    groupIds: group === undefined ? [] : [group],
  });
  const owner = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const proof = await seedProofs(example);
  const tasks = await seedExampleTasks(reeve.services, { workspaceId: organisation.workspaceId, memberId });
  const localOf = (link = '') => link.slice(organisation.origin.length);
  return {
    overview: [...asOwner('/'), { address: '/', as: 'member' }],
    settings: asOwner('/settings'),
    members: asOwner('/members', '/members?search=nobody-of-this-name'),
    importMembers: asOwner('/members/import'),
    member: asOwner(`/members/${memberId}`),
    groups: asOwner('/groups'),
    group: asOwner(`/groups/${group}`),
    singleSignOn: asOwner('/single-sign-on'),
    newConnection: asOwner('/single-sign-on/new'),
    connection: asOwner(
      `/single-sign-on/${oidc.id}`,
      `/single-sign-on/${saml.id}?provider=entra`,
      `/single-sign-on/${oidc.id}?tab=people`,
      `/single-sign-on/${oidc.id}?tab=details`,
    ),
    provisioning: asOwner('/provisioning', '/provisioning?provider=entra'),
    roles: asOwner('/roles'),
    newRole: asOwner('/roles/new'),
    roleSetUp: asOwner('/roles/set-up'),
    role: asOwner('/roles/codex-user', `/roles/${role.id}`),
    keys: asOwner('/keys', `/keys?key=${key.id}`, '/keys?tab=tokens'),
    policies: asOwner('/policies'),
    newPolicy: asOwner('/policies/new'),
    policyOrder: asOwner('/policies/order'),
    lookUp: asOwner(
      `/policies/look-up?email=${email}`,
      `/policies/look-up?groupId=${group}`,
      '/policies/look-up?message=timed%20out%20waiting%20for%20cloud%20config%20bundle%20after%2020s',
    ),
    delivery: asOwner('/policies/delivery'),
    policyStates: asOwner('/policies/states'),
    policyProtection: asOwner('/policies/protection'),
    policy: asOwner(
      `/policies/${policy}`,
      `/policies/${policy}?show=all`,
      `/policies/${policy}?view=toml`,
      `/policies/${policy}?tab=defaults`,
      `/policies/${policy}?tab=tests`,
      `/policies/${policy}?tab=versions&before=1&after=draft`,
      `/policies/${policy}?tab=settings`,
      `/policies/${policy}?review=1`,
    ),
    teamConfig: asOwner('/team-config'),
    newBundle: asOwner('/team-config/new'),
    teamConfigUsages: asOwner('/team-config/repositories', '/team-config/repositories?state=behind'),
    bundle: asOwner(
      `/team-config/${bundles.services}`,
      `/team-config/${bundles.services}?review=1`,
      `/team-config/${bundles.services}?tab=skills`,
      `/team-config/${bundles.services}?tab=groups`,
      `/team-config/${bundles.services}?tab=repositories`,
      `/team-config/${bundles.services}?tab=versions&version=1&against=2`,
    ),
    verify: asOwner('/verify', '/verify?area=policies&show=open'),
    proofs: asOwner('/verify/proofs', '/verify/proofs?tab=runs', '/verify/proofs?tab=alerts&show=all'),
    proofRun: asOwner(`/verify/proofs/${proof.runId}`),
    proofCell: asOwner(
      `/verify/cells/${proof.cellId}`,
      `/verify/cells/${proof.cellId}?verdict=broken&attempt=forbidden-command`,
    ),
    certificate: asOwner(`/verify/certificates/${proof.runId}`),
    estate: asOwner('/verify/estate', '/verify/estate?only=below-minimum'),
    tasks: asOwner('/codex/tasks', '/codex/tasks?show=archived'),
    newTask: asOwner('/codex/new-task'),
    task: asOwner(
      `/codex/tasks/${tasks.finished.id}`,
      `/codex/tasks/${tasks.finished.id}?view=internet`,
      `/codex/tasks/${tasks.running.id}?attempt=${tasks.running.attempts[0]?.[0]}`,
    ),
    environments: asOwner('/codex/environments'),
    newEnvironment: asOwner('/codex/environments/new'),
    environment: asOwner(
      ...['set-up', 'secrets', 'internet', 'machine', 'sharing', 'try'].map(
        (tab) => `/codex/environments/${environment}?tab=${tab}`,
      ),
    ),
    git: asOwner('/git', '/git?tab=repositories', '/git?tab=tokens', '/git?tab=deliveries'),
    gitAppMade: asOwner('/git/app-made?error=access_denied'),
    gitAccountLinked: asOwner('/git/account-linked?error=access_denied'),
    runners: asOwner('/runners'),
    connect: [
      ...asOwner('/connect?for=ci', '/connect?for=fleet', '/connect?for=proxy'),
      { address: '/connect?for=person&system=linux', as: 'member' },
    ],
    models: asOwner('/models', '/models?prices=corp-model', '/models?rate=1'),
    compliance: asOwner(
      '/compliance',
      '/compliance?tab=destinations',
      '/compliance?tab=retention',
      '/compliance?tab=holds',
      '/compliance?tab=erasures',
      '/compliance?tab=exports',
    ),
    analytics: asOwner(
      '/analytics',
      '/analytics?range=12m&interval=week&surface=CODEX_CLI&tables=surfaces.models.tools',
    ),
    activity: asOwner(
      '/activity',
      `/activity?call=${call}`,
      '/activity?tab=events',
      '/activity?tab=events&source=otel',
    ),
    thread: asOwner('/activity/threads/none'),
    audit: asOwner('/audit', `/audit?entry=${entry}`),
    account: asOwner('/account', '/account?tab=security', '/account?tab=tokens', '/account?tab=password'),
    // Leads on at once whoever does not have to; the page itself is in second-factor.e2e.ts.
    enrol: [{ address: '/account/second-factor', as: 'member' }],
    signIn: [{ address: '/sign-in', as: 'nobody' }],
    signInDone: [{ address: '/sign-in/done', as: 'nobody' }],
    signInProblem: [{ address: '/sign-in/problem', as: 'nobody' }],
    ownerLink: [{ address: localOf(owner.url), as: 'nobody' }],
    invitationLink: [{ address: localOf(invitations[0]?.link), as: 'nobody' }],
    join: [{ address: '/join', as: 'nobody' }],
    device: [
      { address: '/codex/device', as: 'member' },
      { address: '/codex/device?user_code=', makeRest: () => startDeviceCode(example), as: 'member' },
    ],
    authorization: [{ address: approvalAddress(), as: 'member' }],
    explanation: asOwner(`/why/${explained.number}.1.0`),
  };
}

async function seedProofs({ organisation, reeve }: ExampleOrganisation) {
  const { items } = await organisation.owner.api.policies.list({});
  const published = items.filter(({ revision }) => revision > 0);
  const { id } = await reeve.services.db.selectFrom('workspaces').select('id').executeTakeFirstOrThrow();
  return seedExampleProofs(reeve.services, id, published);
}

/** Opens a page in the browser of this person and waits until it has loaded. */
export async function openVisit(pages: ReadonlyMap<Who, Page>, { address, makeRest, as }: Visit): Promise<Page> {
  const page = pages.get(as);
  if (!page) throw new Error(`no browser for ${as}`);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(address + ((await makeRest?.()) ?? ''));
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count(), { timeout: 15_000 }).toBe(0);
  return page;
}

/** One browser profile for each person, signed in. */
export async function openEveryone(example: ExampleOrganisation, member: Person): Promise<Map<Who, Page>> {
  const people: [Who, Person | null][] = [
    ['owner', example.organisation.owner],
    ['member', member],
    ['nobody', null],
  ];
  const pages = new Map<Who, Page>();
  for (const [who, person] of people) {
    const page = await example.browser.openPage();
    if (person) await enterAs(page, person, example.organisation.origin);
    pages.set(who, page);
  }
  return pages;
}
