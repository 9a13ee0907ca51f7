import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser, type Profile, type TestBrowser } from '#testing/browser.ts';
import { addExampleEnvironments } from '#testing/example-environments.ts';
import { foundExampleOrganisation } from '#testing/example-organisation.ts';
import { seedExampleTasks } from '#testing/example-tasks.ts';
import { connectRepository } from '#testing/hosted-world.ts';
import type { Person } from '#testing/organisation.ts';
import { proveExample } from '#testing/prove-example.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import { startTestReeve } from '#testing/start-reeve.ts';

interface Picture {
  name: string;
  path: string;
  profile?: Profile;
  prepare?: (page: Page) => Promise<void>;
}

const phone: Profile = { width: 390, height: 844 };

const brokenPolicy = `# Written from the example of the vendor's guide.
allowed_sandbox_modes = ["workspace-write"]
allowed_approval_policies = ["on-request"]

`;

/** The text editor with an error at its line, one key half typed and what may stand there. */
async function typePolicy(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Engineers' }).first().click();
  await page.getByText('TOML', { exact: true }).click();
  await page.getByRole('textbox', { name: 'requirements.toml' }).click();
  await page.keyboard.press('Control+A');
  // Text that is inserted over coloured text is given its style by the browser, which our policy for content refuses.
  await page.keyboard.press('Backspace');
  await page.keyboard.insertText(brokenPolicy);
  await page.getByText('so it cannot be published').waitFor();
  await page.keyboard.type('allow_m');
  await page.getByRole('option', { name: /allow_managed_hooks_only/ }).waitFor();
}

const openFirstCall = async (page: Page) => {
  await page.getByRole('table', { name: 'Model calls' }).getByRole('link').first().click();
  await page.getByText('First token after').waitFor();
};

/** Follows the first link of the list in the page: an id is another one each time. */
const openFirst = (link: string, title: string) => async (page: Page) => {
  await page.getByRole('link', { name: link }).first().click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.waitForLoadState('networkidle');
};

const openPolicyTab = (tab: string) => async (page: Page) => {
  await openFirst('Engineers', 'Engineers')(page);
  await page.getByRole('tab', { name: tab }).click();
  await page.waitForLoadState('networkidle');
};

/** A bundle's draft with the file that changed, and what the check says of it. */
const openBundleFile = async (page: Page) => {
  await openFirst('TypeScript services', 'TypeScript services')(page);
  await page.getByRole('list', { name: 'Findings' }).waitFor();
};

const openBundleTab = (tab: string) => async (page: Page) => {
  await openBundleFile(page);
  await page.getByRole('tab', { name: tab }).click();
  await page.waitForLoadState('networkidle');
};

/** Nobody has looked at anything yet. */
const lookAtEverything = async (page: Page) => {
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText(/^Looked at \d+/).waitFor({ timeout: 120_000 });
  // What says so would lie over the list.
  await page.reload();
  await page.getByRole('heading', { name: 'Needs somebody' }).waitFor();
};
const openEnvironmentTab = (tab: string) => async (page: Page) => {
  await openFirst('Web shop', 'Web shop')(page);
  await page.getByRole('tab', { name: tab }).click();
  await page.waitForLoadState('networkidle');
};

const proofs = (page: Page) => page.getByRole('table', { name: 'Policies by client versions' });

/** A cell of a client that does not know everything, with the evidence of its first attempt. */
async function openProof(page: Page): Promise<void> {
  const row = proofs(page).getByRole('row', { name: /^Contractors/ });
  await row
    .getByRole('link', { name: /^Partly/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: /^Contractors v/ }).waitFor();
  await page.locator('summary').first().click();
  await page
    .getByRole('button', { name: /^Copy: / })
    .first()
    .waitFor();
}

/** A finished task with what it changed. */
const openTask = openFirst('Fix the rounding of invoice totals', 'Fix the rounding of invoice totals');

/** The pictures of the README and the guides. */
const pictures: Picture[] = [
  { name: 'overview', path: '/' },
  { name: 'overview-dark', path: '/', profile: { theme: 'dark' } },
  { name: 'settings', path: '/settings' },
  { name: 'members', path: '/members' },
  { name: 'member', path: '/members?search=Radia', prepare: openFirst('Radia Perlman', 'Radia Perlman') },
  { name: 'roles', path: '/roles' },
  { name: 'single-sign-on', path: '/single-sign-on' },
  { name: 'policies', path: '/policies' },
  { name: 'policy-form', path: '/policies', prepare: openFirst('Engineers', 'Engineers') },
  { name: 'policy-editor', path: '/policies', prepare: typePolicy },
  { name: 'policy-order', path: '/policies/order' },
  { name: 'policy-look-up', path: '/policies/look-up?email=grace.hopper%40example.com' },
  { name: 'policy-delivery', path: '/policies/delivery' },
  { name: 'team-config', path: '/team-config' },
  { name: 'team-config-bundle', path: '/team-config', prepare: openBundleFile },
  { name: 'environments', path: '/codex/environments' },
  { name: 'environment-internet', path: '/codex/environments', prepare: openEnvironmentTab('Internet') },
  { name: 'tasks', path: '/codex/tasks' },
  { name: 'task', path: '/codex/tasks', prepare: openTask },
  { name: 'models', path: '/models' },
  { name: 'connect', path: '/connect' },
  { name: 'analytics', path: '/analytics' },
  { name: 'activity', path: '/activity' },
  { name: 'activity-call', path: '/activity', prepare: openFirstCall },
  { name: 'activity-phone', path: '/activity', profile: { ...phone, theme: 'dark' } },
  { name: 'audit', path: '/audit' },
  { name: 'verify', path: '/verify', prepare: lookAtEverything },
  { name: 'estate', path: '/verify/estate' },
  { name: 'proof-matrix', path: '/verify/proofs', prepare: (page) => proofs(page).waitFor() },
  { name: 'proof-cell', path: '/verify/proofs', prepare: openProof },
];

const everyPath = {
  overview: '/',
  settings: '/settings',
  members: '/members',
  groups: '/groups',
  roles: '/roles',
  role: '/roles/codex-admin',
  'role-new': '/roles/new',
  'role-set-up': '/roles/set-up',
  'members-import': '/members/import',
  security: '/account?tab=security',
  'single-sign-on': '/single-sign-on',
  'connection-new': '/single-sign-on/new',
  provisioning: '/provisioning',
  policies: '/policies',
  'policy-new': '/policies/new',
  'policy-order': '/policies/order',
  'look-up': '/policies/look-up?email=grace.hopper%40example.com',
  'look-up-message': '/policies/look-up?tab=message',
  delivery: '/policies/delivery',
  'policy-states': '/policies/states',
  'policy-protection': '/policies/protection',
  'team-config': '/team-config',
  'team-config-new': '/team-config/new',
  'team-config-repositories': '/team-config/repositories',
  explanation: '/why/1.1.0',
  connect: '/connect',
  'connect-fleet': '/connect?for=fleet',
  environments: '/codex/environments',
  'environment-new': '/codex/environments/new',
  models: '/models',
  tasks: '/codex/tasks',
  'task-new': '/codex/new-task',
  runners: '/runners',
  git: '/git',
  'git-repositories': '/git?tab=repositories',
  'git-tokens': '/git?tab=tokens',
  'git-deliveries': '/git?tab=deliveries',
  analytics: '/analytics',
  'analytics-tables': '/analytics?interval=week&tables=surfaces.threads.models.groups',
  activity: '/activity',
  compliance: '/compliance',
  'compliance-destinations': '/compliance?tab=destinations',
  'compliance-retention': '/compliance?tab=retention',
  audit: '/audit',
  proofs: '/verify/proofs',
  'proofs-history': '/verify/proofs?tab=runs',
  'proofs-alerts': '/verify/proofs?tab=alerts&show=all',
  account: '/account',
  tokens: '/account?tab=tokens',
  keys: '/keys',
  estate: '/verify/estate',
  'members-tokens': '/keys?tab=tokens',
  device: '/codex/device',
};

/** Every page in both themes, wide and on a phone: for looking at all of them after a change. */
const everyPicture = (): Picture[] => {
  const addresses = Object.entries(everyPath).map(([name, address]): Picture => ({ name, path: address }));
  const opened: Picture[] = [
    { name: 'member', path: '/members?search=Radia', prepare: openFirst('Radia Perlman', 'Radia Perlman') },
    { name: 'connection', path: '/single-sign-on', prepare: openFirst('Okta', 'Okta') },
    { name: 'verify', path: '/verify', prepare: lookAtEverything },
    { name: 'task', path: '/codex/tasks', prepare: openTask },
    ...['Document', 'Defaults', 'Tests', 'Versions', 'Settings'].map((tab) => ({
      name: `policy-${tab.toLowerCase()}`,
      path: '/policies',
      prepare: openPolicyTab(tab),
    })),
    ...['Files', 'Skills', 'Groups', 'Repositories', 'Versions'].map((tab) => ({
      name: `team-config-${tab.toLowerCase()}`,
      path: '/team-config',
      prepare: openBundleTab(tab),
    })),
    ...['Set-up', 'Variables and secrets', 'Internet', 'Machine and cache', 'Sharing', 'Try it'].map((tab) => ({
      name: `environment-${tab.toLowerCase().replaceAll(' ', '-')}`,
      path: '/codex/environments',
      prepare: openEnvironmentTab(tab),
    })),
  ];
  return [...addresses, ...opened].flatMap((picture) =>
    (['light', 'dark'] as const).flatMap((theme) => [
      { ...picture, name: `${picture.name}-${theme}`, profile: { theme } },
      { ...picture, name: `${picture.name}-${theme}-phone`, profile: { ...phone, theme } },
    ]),
  );
};

async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail', { exact: true }).fill(email);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

async function take(page: Page, picture: Picture, folder: string): Promise<void> {
  await page.goto(picture.path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await picture.prepare?.(page);
  await page.screenshot({ path: path.join(folder, `${picture.name}.png`), animations: 'disabled' });
}

/** One browser profile, signed in once, for all pictures of the same look. */
async function takeAll(browser: TestBrowser, owner: Person, wanted: Picture[], folder: string): Promise<void> {
  const byProfile = Map.groupBy(wanted, ({ profile = {} }) => JSON.stringify(profile));
  for (const alike of byProfile.values()) {
    const page = await browser.openPage({ height: 800, ...alike[0]?.profile });
    await signIn(page, owner);
    for (const picture of alike) await take(page, picture, folder);
    await page.context().close();
  }
}

// `npm run screenshots -- tasks task` makes those alone.
const { values, positionals } = parseArgs({ options: { every: { type: 'string' } }, allowPositionals: true });
const folder = values.every ?? path.join(import.meta.dirname, '../docs/pictures');
const all = values.every === undefined ? pictures : everyPicture();
const wanted = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
await mkdir(folder, { recursive: true });
const reeve = await startTestReeve({
  REEVE_CLIENTS_FOLDER: path.join(import.meta.dirname, '../server/stock-client/pins'),
});
const github = await startGithub();
try {
  const { owner, workspaceId } = await foundExampleOrganisation(reeve);
  await connectRepository(reeve.services, { workspaceId, owner, github });
  await addExampleEnvironments(reeve.services, { workspaceId, owner, groupIds: [] });
  await seedExampleTasks(reeve.services, { workspaceId, memberId: owner.memberId });
  // Minutes of the real client: for the pictures that show it.
  if (wanted.some(({ name }) => name.startsWith('proof'))) await proveExample(owner);
  const browser = await openBrowser(reeve);
  await takeAll(browser, owner, wanted, folder);
  await browser.close();
} finally {
  await github.close();
  await reeve.close();
}
console.log(`${wanted.length} pictures are in ${path.resolve(folder)}`);
