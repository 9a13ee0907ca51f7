import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, dialog, endAsSent, goTo, heading, link, signIn, tryToSignIn } from './by-clicking.ts';
import { type ExampleOrganisation, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let owner: Person;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  owner = example.organisation.owner;
});
beforeEach(async () => {
  page = await openPage(example.browser);
});
afterEach(() => {
  // A refused call is told on the page, and by the browser as well; anything else is a fault.
  const { complaints } = example.browser;
  expect(complaints.splice(0).filter((text) => !/status of (401|429)/.test(text))).toEqual([]);
});
afterAll(() => example.close());

const endSessions = async (): Promise<void> => {
  const { db } = example.reeve.services;
  await db.updateTable('sessions').set({ expires_at: new Date() }).execute();
};

test('a wrong password is refused in words that do not say whether the account exists', async () => {
  await page.goto('/members?status=active');
  await heading(page, 'Sign in').waitFor();
  await tryToSignIn(page, { email: owner.email, password: 'not the password' });
  await page.getByText('E-mail or password is wrong.').waitFor();
  expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  await tryToSignIn(page, { email: 'nobody@example.com', password: 'not the password' });
  await page.getByText('E-mail or password is wrong.').waitFor();
  await tryToSignIn(page, owner);
  await heading(page, 'Members').waitFor();
  expect(new URL(page.url()).search).toBe('?status=active');
});

test('guessing is stopped, and locks nobody out of a browser they have used', async () => {
  const grace = await example.organisation.addMember({ name: 'Grace Hopper' });
  const ownBrowser = await openPage(example.browser);
  await signIn(ownBrowser, grace);
  await button(ownBrowser, /^Account of/).click();
  await ownBrowser.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(ownBrowser, 'Sign in').waitFor();

  await page.goto('/sign-in');
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const answered = page.waitForResponse(
      (answer) => answer.request().method() === 'POST' && answer.url().endsWith('/api/v1/session'),
    );
    await tryToSignIn(page, { email: grace.email, password: `guess ${attempt}` });
    expect((await answered).status()).toBe(401);
    // The page clears the field once it has read the answer.
    await expect.poll(() => page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  }
  await tryToSignIn(page, grace);
  await page.getByText('Too many attempts.').waitFor();

  await tryToSignIn(ownBrowser, grace);
  await heading(ownBrowser, 'Overview').waitFor();
});

test('a session that was ended elsewhere asks to sign in again and goes on where it was', async () => {
  await signIn(page, owner);
  await goTo(page, 'Groups');
  const elsewhere = await openPage(example.browser);
  await signIn(elsewhere, owner);
  await elsewhere.goto('/account');
  const others = elsewhere.getByRole('list', { name: 'Browsers' }).getByRole('button', { name: /^Sign out/ });
  await others.first().waitFor();
  for (let left = await others.count(); left > 0; left -= 1) {
    await others.first().click();
    await expect.poll(() => others.count()).toBe(left - 1);
  }

  await link(page, 'Members').click();
  const again = dialog(page, 'Your session has ended');
  await again.waitFor();
  expect(await again.getByLabel('E-mail').inputValue()).toBe(owner.email);
  await tryToSignIn(page, owner);
  await page.getByRole('table', { name: 'Members' }).getByText(owner.email).waitFor();
  await again.waitFor({ state: 'hidden' });
});

test('an expired session keeps what was typed, and the change is made after signing in again', async () => {
  await signIn(page, owner);
  await goTo(page, 'Policies');
  await link(page, 'Write a policy').first().click();
  await page.getByLabel('Name', { exact: true }).fill('Night shift');
  const sent = await endAsSent(page, '**/api/v1/policies', endSessions);

  await button(page, 'Create draft').click();
  await dialog(page, 'Your session has ended').waitFor();
  await tryToSignIn(page, owner);
  await heading(page, 'Night shift').waitFor();
  await page.getByText('This is a draft that nobody gets').waitFor();
  expect(sent()).toBe(2);
});

test('signing out everywhere ends every browser of the member', async () => {
  const other = await openPage(example.browser);
  await signIn(other, owner);
  await signIn(page, owner);
  await page.goto('/account');
  await button(page, 'Sign out everywhere').click();
  await dialog(page, 'Sign out everywhere?').getByRole('button', { name: 'Sign out everywhere' }).click();
  await heading(page, 'Sign in').waitFor();
  await other.goto('/members');
  await heading(other, 'Sign in').waitFor();
});
