import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { OidcIdp } from '#testing/servers/oidc-idp.ts';
import {
  type Account,
  acceptInvitation,
  button,
  createOwner,
  dialog,
  endAsSent,
  goTo,
  heading,
  invite,
  link,
  maya,
  tryToSignIn,
} from './by-clicking.ts';
import { continueAtIdp, idpName, signInAtIdp, startExampleIdp } from './identity-provider.ts';
import { type OpenReeve, openPage, openReeve } from './open-reeve.ts';

const annie: Account = { name: 'Annie Easley', email: 'annie@example.com', password: 'rockets need 9 hands' };
let open: OpenReeve;
let idp: OidcIdp;
let owner: Page;

beforeAll(async () => {
  [open, idp] = await Promise.all([openReeve(), startExampleIdp()]);
  owner = await open.browser.openPage();
  await createOwner(owner, open.ownerLink, maya);
  const invitation = await invite(owner, annie);
  await acceptInvitation(await open.browser.openPage(), invitation, annie);
  await goTo(owner, 'Groups');
  await button(owner, 'Create group').first().click();
  await owner.getByLabel('Name', { exact: true }).fill('Engineering');
  await dialog(owner, 'Create a group').getByRole('button', { name: 'Create group' }).click();
  await heading(owner, 'Engineering').waitFor();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await owner.screenshot({ path: `test-results/e2e/owner-${Date.now()}.png` });
  // Going to the identity provider is what this is about, and a refusal is told on the page as well.
  const { complaints } = open.browser;
  const unexpected = complaints
    .splice(0)
    .filter((text) => !text.includes(idp.issuer) && !/status of 40[13]/.test(text));
  expect(unexpected).toEqual([]);
});
afterAll(async () => {
  await idp.close();
  await open.close();
});

/** What stands in a field to copy; a dialog is the last part of its page. */
const shownAs = (page: Page, label: string): Promise<string> =>
  page.getByText(label, { exact: true }).last().locator('..').locator('code').innerText();

async function openConnection(): Promise<void> {
  await goTo(owner, 'Single sign-on');
  await link(owner, idpName).click();
  await heading(owner, idpName).waitFor();
}

test('a connection is made by following the steps, and tested before anybody uses it', async () => {
  await goTo(owner, 'Single sign-on');
  await owner.getByText('Nobody signs in by single sign-on.').waitFor();
  await link(owner, 'Add a connection').click();
  await owner.getByLabel('Another provider').check();
  await owner.getByLabel('Name', { exact: true }).fill(idpName);
  await button(owner, 'Start the connection').click();
  await heading(owner, idpName).waitFor();

  const redirectUri = await shownAs(owner, 'Redirect URI');
  const client = { clientId: 'reeve', clientSecret: 'a secret of thirty-two letters, or so' };
  await idp.register({ ...client, redirectUri, postLogoutRedirectUri: `${open.reeve.origin}/sign-in` });
  await owner.getByLabel('Issuer').fill(idp.issuer);
  await owner.getByLabel('Client ID').fill(client.clientId);
  await owner.getByLabel('Client secret', { exact: true }).fill(client.clientSecret);
  await button(owner, 'Save').click();
  await owner.getByText('Next', { exact: true }).waitFor();

  await button(owner, 'Test with my account').click();
  await signInAtIdp(owner, 'maya');
  await owner.getByText('The test worked').waitFor();
  expect(new URL(owner.url()).searchParams.get('tested')).toBe('1');
  await owner.getByText('Would sign in as an existing member').waitFor();
  await owner.getByText(/^Everything received/).click();
  await owner.getByRole('region', { name: 'Claims received' }).getByText('maya@example.com').waitFor();
});

test('a domain counts once its record is in the DNS', async () => {
  await goTo(owner, 'Single sign-on');
  await button(owner, 'Add a domain').click();
  const form = dialog(owner, 'Add an e-mail domain');
  await form.getByLabel('Domain').fill('@example');
  await button(owner, 'Add domain').click();
  await form.getByText('Write what stands behind the @').waitFor();
  await form.getByLabel('Domain').fill('example.com');
  await button(owner, 'Add domain').click();
  await dialog(owner, 'Prove that example.com is yours').waitFor();
  const record = { name: await shownAs(owner, 'Name (type TXT)'), value: await shownAs(owner, 'Value') };
  await button(owner, 'Done').click();

  await button(owner, 'Check now: example.com').click();
  await owner.getByText('Not verified yet').waitFor();
  open.reeve.dns.txt.set(record.name, [record.value]);
  await button(owner, 'Check now: example.com').click();
  await owner.getByText('Verified', { exact: true }).waitFor();
});

test('who is sent there, who joins and into which group is said on one page', async () => {
  await openConnection();
  await owner.getByRole('tab', { name: 'People and groups' }).click();
  await owner.getByLabel('Domains of this connection').first().click();
  await owner.getByRole('option', { name: 'example.com' }).click();
  await owner.getByLabel('Everybody the provider lets in').check();
  await button(owner, 'Add a group').click();
  await button(owner, 'Save people and groups').click();
  await owner.getByText('Choose a group.').waitFor();
  await owner.getByLabel('Group at the provider').fill('engineering');
  await owner.getByRole('combobox', { name: 'Group here' }).fill('Engin');
  await owner.getByRole('option', { name: 'Engineering' }).click();
  await button(owner, 'Save people and groups').click();
  await owner.getByText(`${idpName} was saved.`).waitFor();
  await expect.poll(() => button(owner, 'Save people and groups').isDisabled()).toBe(true);

  await button(owner, 'Enable').click();
  await dialog(owner, `Enable ${idpName}?`).getByText('People at example.com').waitFor();
  await button(owner, 'Enable connection').click();
  await owner.getByText('Enabled', { exact: true }).waitFor();
});

test('somebody new joins by signing in, and is in the group', async () => {
  const page = await openPage(open.browser);
  await page.goto('/account');
  await continueAtIdp(page, 'grace@example.com');
  await signInAtIdp(page, 'grace');
  await heading(page, 'Your account').waitFor();
  await page.getByText('Grace Hopper, grace@example.com').waitFor();

  await goTo(owner, 'Members');
  const row = owner.getByRole('row').filter({ hasText: 'grace@example.com' });
  await row.getByText('Engineering').waitFor();
});

test('an ended session goes on at the provider, in a window of its own', async () => {
  const page = await openPage(open.browser);
  await page.goto('/sign-in');
  await continueAtIdp(page, 'maya@example.com');
  await signInAtIdp(page, 'maya');
  await heading(page, 'Overview').waitFor();
  await goTo(page, 'Groups');
  await button(page, 'Create group').first().click();
  await page.getByLabel('Name', { exact: true }).fill('Night shift');
  const { db } = open.reeve.services;
  const sent = await endAsSent(page, '**/api/v1/groups', async () => {
    await db
      .updateTable('sessions')
      .set({ expires_at: new Date() })
      .where('sso_connection_id', 'is not', null)
      .execute();
  });
  await dialog(page, 'Create a group').getByRole('button', { name: 'Create group' }).click();
  await dialog(page, 'Your session has ended').waitFor();
  const popup = page.waitForEvent('popup');
  await button(page, `Continue with ${idpName}`).click();
  await signInAtIdp(await popup, 'maya');
  await heading(page, 'Night shift').waitFor();
  expect(sent()).toBe(2);
});

test('a refusal of the provider says whom to send what', async () => {
  const page = await openPage(open.browser);
  await page.goto('/sign-in?next=%2Fconnect');
  await continueAtIdp(page, 'grace@example.com');
  await page.getByRole('heading', { name: `Sign in to ${idpName}` }).waitFor();
  await button(page, 'Refuse').click();
  await heading(page, 'You are not signed in').waitFor();
  await page.getByText(`whoever looks after ${idpName}`).waitFor();
  const report = page.getByRole('region', { name: 'To send' });
  await report.getByText('has not assigned you to this application').waitFor();
  expect(await report.innerText()).toMatch(/Reference: \S+/);
  await link(page, 'Try again').click();
  await heading(page, 'Sign in').waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/connect');
});

test('once it is required, passwords open nothing but the break-glass account', async () => {
  await goTo(owner, 'Single sign-on');
  await button(owner, 'Require single sign-on').click();
  const asked = dialog(owner, 'Require single sign-on?');
  await asked.getByLabel('Break-glass owners').first().click();
  await owner.getByRole('option', { name: /Maya Lindqvist/ }).click();
  await owner.keyboard.press('Tab');
  await asked.getByText('Nobody is locked out').waitFor();
  await asked.getByText(/console sessions? ends?/).waitFor();
  const confirm = asked.getByRole('button', { name: 'Require single sign-on' });
  expect(await confirm.isDisabled()).toBe(true);
  await asked.getByLabel(/^Type/).fill('Example Ltd');
  await confirm.click();
  await owner.getByText('Required', { exact: true }).waitFor();

  const other = await openPage(open.browser);
  await other.goto('/sign-in');
  await tryToSignIn(other, annie);
  await other.getByText('You are not signed in').waitFor();
  await other
    .getByText(/single sign-on/i)
    .first()
    .waitFor();

  const breakGlass = await openPage(open.browser);
  await breakGlass.goto('/sign-in');
  await tryToSignIn(breakGlass, maya);
  await heading(breakGlass, 'Overview').waitFor();
});

test('an address that nobody serves is told so, whoever it belongs to', async () => {
  const page = await openPage(open.browser, { width: 390, height: 844 });
  await page.goto('/sign-in');
  for (const email of ['nobody@elsewhere.example', 'somebody@elsewhere.example']) {
    await page.getByLabel('E-mail', { exact: true }).fill(email);
    await button(page, 'Continue').click();
    await page.getByText('No single sign-on for this domain').waitFor();
    await button(page, 'Use another e-mail address').click();
  }
});

test('disabling says what it means, and takes the way away', async () => {
  await goTo(owner, 'Single sign-on');
  await button(owner, 'Stop requiring it').click();
  await dialog(owner, 'Stop requiring single sign-on?').getByRole('button', { name: 'Stop requiring it' }).click();
  await owner.getByText('Not required', { exact: true }).waitFor();
  await openConnection();
  await button(owner, 'Disable').click();
  await dialog(owner, `Disable ${idpName}?`).getByText('People at example.com').waitFor();
  await button(owner, 'Disable connection').click();
  await owner.getByText('Disabled', { exact: true }).waitFor();
  const page = await openPage(open.browser);
  await page.goto('/sign-in');
  await page.getByLabel('E-mail', { exact: true }).fill(annie.email);
  await button(page, 'Continue').click();
  await page.getByLabel('Password', { exact: true }).waitFor();
});
