import { generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ReeveError } from '#server/fail.ts';
import { openBrowser, type TestBrowser } from '#testing/browser.ts';
import { type GitOrganisation, openGitOrganisation } from '#testing/git-organisation.ts';
import type { Person } from '#testing/organisation.ts';
import { button, dialog, goTo, heading } from './by-clicking.ts';
import { enterAs } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';
import { openPage } from './open-reeve.ts';

let git: GitOrganisation;
let browser: TestBrowser;
let member: Person;
let page: Page;

beforeAll(async () => {
  git = await openGitOrganisation({ REEVE_EGRESS_RANGES: '203.0.113.0/28' });
  browser = await openBrowser(git.reeve);
  await git.organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  member = await git.organisation.addMember({ name: 'Grace Hopper' });
  git.github.addUser('octo-grace');
  await git.github.addRepository('example/backend');
  await git.github.addRepository('example/website', { isPrivate: false });
});
beforeEach(async () => {
  page = await openPage(browser);
});
afterEach(() => {
  // Going to the git server is what this is about; a refusal is told on the page as well.
  const unexpected = browser.complaints
    .splice(0)
    .filter((text) => !text.includes(git.github.origin) && !/status of (4\d\d|502)/.test(text));
  expect(unexpected).toEqual([]);
});
afterAll(async () => {
  try {
    await browser.close();
  } finally {
    await git.close();
  }
});

async function enter(person: Person): Promise<void> {
  await enterAs(page, person, git.organisation.origin);
  await page.goto('/');
  await goTo(page, 'GitHub');
}
const enterAsOwner = () => enter(git.organisation.owner);
const tab = (name: string) => page.getByRole('tab', { name }).click();
const appName = 'Reeve Example Ltd';

test('from nothing to an app that is made on GitHub, installed there and known here', async () => {
  git.github.signInAs('octo-ada');
  await enterAsOwner();
  await page.getByText('No git server is connected').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await button(page, 'Connect GitHub').click();
  const form = dialog(page, 'Connect GitHub');
  await form.getByText('With Enterprise Managed Users').waitFor();
  await form.getByLabel('GitHub Enterprise Server, or an enterprise on ghe.com').check();
  await button(page, 'Continue on GitHub').click();
  await form.getByText('Write its whole address').waitFor();
  await form.getByText('Write its name as in its address').waitFor();
  await form.getByLabel('Address').fill(git.github.origin);
  await form.getByLabel('Organisation', { exact: true }).fill('example');
  expect(await form.getByLabel('Name of the app').inputValue()).toBe(appName);
  await button(page, 'Continue on GitHub').click();

  await page.getByRole('heading', { name: 'Create GitHub App' }).waitFor();
  await page.getByRole('button', { name: /^Create GitHub App for example/ }).click();
  await heading(page, 'GitHub').waitFor();
  await page.getByText('Not installed yet').waitFor();
  expect(new URL(page.url()).search).toBe('');
  await page.getByText('Next: install the app').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.getByRole('link', { name: 'Install on GitHub' }).click();
  await page.getByRole('heading', { name: `Install ${appName}` }).waitFor();
  await page.getByLabel('Where').selectOption('example');
  await button(page, 'Install').click();
  await heading(page, 'GitHub').waitFor();
  await page.getByText('Connected', { exact: true }).waitFor();
  const installations = page.getByRole('list', { name: `Installations of ${appName}` });
  await installations.getByText('2 repositories, all of them').waitFor();
  await expect.poll(() => new URL(page.url()).searchParams.has('setup_action')).toBe(false);
  await page.getByText('203.0.113.0/28').waitFor();
});

test('an address that GitHub did not lead to says so, and so does a refusal there', async () => {
  await enterAsOwner();
  await page.goto('/git/app-made?code=made-up&state=made-up');
  await page.getByText('This took too long, or was done already.').waitFor();
  await page.goto('/git/app-made');
  await page.getByText('The address of this page is not complete').waitFor();
  await page.goto('/git/account-linked?error=access_denied');
  await page.getByText('It was declined on GitHub').waitFor();
  await page.getByRole('link', { name: 'Back to the page GitHub' }).click();
  await heading(page, 'GitHub').waitFor();
});

test('repositories are chosen before environments may use them', async () => {
  await enterAsOwner();
  await tab('Repositories');
  await page.getByText('0 of 2 are chosen.').waitFor();
  await page.getByLabel('Search repositories').fill('back');
  await expect.poll(() => page.getByRole('row', { name: /example\/website/ }).count()).toBe(0);
  await page.getByLabel('Select example/backend').check();
  await button(page, 'Choose 1 for environments').click();
  const confirm = dialog(page, 'Choose 1 repository for environments?');
  await confirm.getByText('no more than what the member’s own account may do').waitFor();
  await confirm.getByRole('button', { name: 'Choose' }).click();
  await page
    .getByRole('row', { name: /example\/backend/ })
    .getByText('Chosen', { exact: true })
    .waitFor();
  await button(page, 'Clear the search').click();
  await page.getByText('1 of 2 are chosen.').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
});

test('on a phone, too', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enterAs(page, git.organisation.owner, git.organisation.origin);
  await page.goto('/git?tab=repositories');
  await button(page, 'Choose: example/website').click();
  await dialog(page, 'Choose 1 repository for environments?').getByRole('button', { name: 'Choose' }).click();
  await button(page, 'Take away: example/website').click();
  const confirm = dialog(page, 'Take 1 repository away from environments?');
  await confirm.getByText('No environment uses them').waitFor();
  await confirm.getByRole('button', { name: 'Take away' }).click();
  await button(page, 'Choose: example/website').waitFor();
});

test('a member sees what is chosen, and links the account that counts', async () => {
  git.github.signInAs('octo-grace');
  await enter(member);
  expect(await page.getByRole('tab').count()).toBe(0);
  await page.getByText('example/backend').waitFor();
  await page.getByText('Not linked').waitFor();
  await page.getByRole('button', { name: /^Link your account on localhost/ }).click();
  await page.getByRole('heading', { name: `Authorize ${appName}` }).waitFor();
  await button(page, 'Cancel').click();
  await page.getByText('It was declined on GitHub, so nothing was linked.').waitFor();
  await page.getByRole('link', { name: 'Back to the page GitHub' }).click();
  await page.getByRole('button', { name: /^Link your account on localhost/ }).click();
  await button(page, `Authorize ${appName}`).click();
  await page.getByText('Linked', { exact: true }).waitFor();
  await page.getByText('Your account octo-grace is linked.').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await button(page, 'Unlink octo-grace').click();
  const confirm = dialog(page, 'Unlink octo-grace?');
  await confirm.getByRole('button', { name: 'Unlink', exact: true }).click();
  await page.getByText('Not linked').waitFor();
});

test('what was asked of GitHub, and what it told, can be looked up', async () => {
  await enterAsOwner();
  await tab('Tokens');
  const tokens = page.getByRole('table', { name: 'Tokens' });
  await tokens.getByText('See which repositories the app may reach.').first().waitFor();
  await tokens.getByText('metadata: read').first().waitFor();
  await tab('Deliveries');
  const deliveries = page.getByRole('table', { name: 'Deliveries' });
  const row = deliveries.getByRole('row', { name: /installation\.created/ });
  await row.getByText('Waiting').waitFor();
  await git.work();
  await page.reload();
  await row.getByText('Done').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
});

test('a suspension on GitHub is told with what it means, and is over when GitHub says so', async () => {
  const [installation] = git.github.world.installations.values();
  if (!installation) throw new Error('nothing is installed');
  await git.github.suspend(installation, 'octo-ada');
  await git.work();
  await enterAsOwner();
  await page.getByText('Suspended', { exact: true }).waitFor();
  await page.getByText('tasks in its repositories fail until an owner there lifts it').waitFor();
  await git.github.unsuspend(installation, 'octo-ada');
  await button(page, `Check now: ${appName}`).click();
  await page.getByText('Active', { exact: true }).waitFor();
});

test('what failed is tried again, one by one or all at once', async () => {
  const [app] = git.github.world.apps.values();
  if (!app) throw new Error('there is no app');
  const [sender] = git.github.world.accounts.values();
  const [repository] = git.github.world.repositories.values();
  if (!sender || !repository) throw new Error('GitHub is empty');
  const [installation] = git.github.world.installations.values();
  const send = (number: number) =>
    git.github.hooks.send(
      {
        event: 'pull_request',
        action: 'opened',
        sender,
        payload: {
          repository: { id: repository.id, full_name: 'example/backend' },
          pull_request: {
            ...{ number, state: 'open', merged: false, updated_at: '2026-11-26T10:00:00Z' },
            ...{ head: { ref: 'reeve/1', sha: 'a'.repeat(40) }, base: { ref: 'main' } },
          },
        },
        ...(installation && { installation }),
      },
      app,
    );
  let isBroken = true;
  const consumer = {
    event: 'pull_request',
    take: async () => {
      if (isBroken) throw new ReeveError('git-server-failed', {}, { message: 'github.test answered: 502' });
    },
  };
  for (const number of [1, 2, 3]) await send(number);
  const start = Date.now();
  for (const minutes of [0, 1, 10, 20, 60, 240]) {
    git.reeve.setNow(new Date(start + minutes * 60_000));
    await git.work([consumer]);
  }
  git.reeve.setNow(null);
  await enterAsOwner();
  await page.getByRole('link', { name: '3 failed' }).click();
  await page.getByText('3 deliveries failed').waitFor();
  await page.getByText('github.test answered: 502').first().waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  isBroken = false;
  await page
    .getByRole('button', { name: /^Try again: pull_request.opened/ })
    .first()
    .click();
  await page.getByText('Trying 1 delivery again').waitFor();
  await git.work([consumer]);
  await page.getByText('Tried 1 delivery again').waitFor();
  await button(page, 'Try all 2 again').click();
  await page.getByText('Trying 2 deliveries again').waitFor();
  await page.getByText('2 to go').waitFor();
  await git.work([consumer]);
  await page.getByText('2 worked.').waitFor();
  await page.getByText('Nothing failed: every delivery that came was worked on.').waitFor();
  await page.getByText('All', { exact: true }).click();
  const done = page.getByRole('row', { name: /pull_request\.opened/ }).getByText('Done');
  await expect.poll(() => done.count()).toBe(3);
});

test('secrets that were renewed on GitHub are given to the connection, which says until when the former one is good', async () => {
  const [app] = git.github.world.apps.values();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await enterAsOwner();
  await button(page, `Renew secrets: ${appName}`).click();
  const form = dialog(page, `Renew the secrets of ${appName}`);
  await button(page, 'Renew secrets').click();
  await form.getByText('Give at least one of the three.').waitFor();
  await form.getByLabel('Private key').fill(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  await form.getByLabel('Webhook secret').fill('renewed');
  await form.getByLabel('Deliveries signed with the former secret').waitFor();
  await button(page, 'Renew secrets').click();
  await form.getByText('The old secrets stay').waitFor();
  await form.getByText('GitHub does not take this key').first().waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  if (app) app.publicKey = publicKey;
  await button(page, 'Renew secrets').click();
  await page.getByText(`${appName} has its renewed secrets.`).waitFor();
  await page.getByText('The former secret is taken as well; that ends in').waitFor();
  await button(page, `Check now: ${appName}`).click();
  await page.getByText('Active', { exact: true }).waitFor();
});

test('an app that an owner uninstalled says what that means', async () => {
  const [installation] = git.github.world.installations.values();
  if (!installation) throw new Error('nothing is installed');
  await git.github.hooks.uninstall(installation, installation.account);
  await git.work();
  await enterAsOwner();
  await page.getByText('Removed', { exact: true }).waitFor();
  await page.getByText('Removed on GitHub: its repositories are out of reach.').waitFor();
  await page.getByText('An owner of the organisation installs it').waitFor();
  await page.getByText('with Enterprise Managed Users nobody else can').waitFor();
  await tab('Repositories');
  await page
    .getByRole('row', { name: /example\/backend/ })
    .getByText('Out of reach')
    .waitFor();
});

test('any other git server is connected with a deploy token, or says why not', async () => {
  git.github.addUser('payments');
  await git.github.addRepository('payments/api');
  const token = git.github.addDeployToken('payments/api', 'write');
  await enterAsOwner();
  await button(page, 'Connect another git server').click();
  const form = dialog(page, 'Connect another git server');
  await form.getByText('It stands for nobody').waitFor();
  await form.getByLabel('Name', { exact: true }).fill('Payments');
  await form.getByLabel('Address of the repository').fill(`${git.github.origin}/payments/api.git`);
  await form.getByLabel('Deploy token').fill('wrong');
  await button(page, 'Connect repository').click();
  await form.getByText('it does not take this token').waitFor();
  await form.getByLabel('Deploy token').fill(token);
  await button(page, 'Connect repository').click();
  await page.getByText('Payments is connected. Environments may use it.').waitFor();
  await page.getByText('deploy token over HTTPS').waitFor();

  await button(page, 'Replace token: Payments').click();
  const replace = dialog(page, 'Replace the token of Payments');
  await replace.getByLabel('Deploy token').fill('wrong');
  await replace.getByRole('button', { name: 'Replace token' }).click();
  await replace.getByText('The old token stays').waitFor();
  await replace.getByLabel('Deploy token').fill(git.github.addDeployToken('payments/api', 'write'));
  await replace.getByRole('button', { name: 'Replace token' }).click();
  await page.getByText('Payments has its new token.').waitFor();
});

test('disconnecting says what is forgotten, and forgets it', async () => {
  await enterAsOwner();
  await button(page, `Disconnect ${appName}`).click();
  const confirm = dialog(page, `Disconnect ${appName}?`);
  await confirm.getByText('The app stays on GitHub').waitFor();
  await confirm.getByLabel(/^Type/).fill(appName);
  await confirm.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await page.getByText(`${appName} is disconnected.`).waitFor();
  await expect.poll(() => page.getByText('Install in another organisation').count()).toBe(0);
});
