import { AxeBuilder } from '@axe-core/playwright';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, dialog, goTo, heading, signIn, signOut, tryToSignIn } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';
import { addVirtualAuthenticator } from './virtual-authenticator.ts';

const minuteMs = 60_000;
let example: ExampleOrganisation;
let owner: Person;
let page: Page;
let startMs: number;
const people = new Map<string, Person>();

beforeAll(async () => {
  example = await openExampleOrganisation();
  owner = example.organisation.owner;
  // All of them now: an owner who has a second factor is asked for it before inviting.
  for (const name of ['Mary Jackson', 'Annie Easley', 'Katherine Johnson'])
    people.set(name, await example.organisation.addMember({ name }));
  for (const name of ['Grace Hopper', 'Dorothy Vaughan'])
    people.set(name, await example.organisation.addMember({ name, role: 'admin' }));
});
beforeEach(async () => {
  page = await openPage(example.browser);
  // Whole minutes, so that a step of 30 seconds never ends between reading a code and sending it.
  startMs = Math.ceil(Date.now() / minuteMs) * minuteMs;
  example.reeve.setNow(new Date(startMs));
});
afterEach(() => {
  example.reeve.setNow(null);
  // A refused call is told on the page, and by the browser as well; anything else is a fault.
  const { complaints } = example.browser;
  expect(complaints.splice(0).filter((text) => !/status of (403|422)/.test(text))).toEqual([]);
});
afterAll(() => example.close());

function person(name: string): Person {
  const found = people.get(name);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
}

const passMinutes = (minutes: number): void => {
  startMs += minutes * minuteMs;
  example.reeve.setNow(new Date(startMs));
};
const codeOf = (secret: string): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: startMs });

async function expectAccessible(): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  // What is under an open dialog is out of reach on purpose.
  const isInDialog = await page.getByRole('dialog').first().isVisible();
  // Mantine heads its dialogs with <header>, which axe takes for a second banner of the page.
  if (isInDialog) axe.include('[role=dialog]').disableRules(['landmark-no-duplicate-banner', 'landmark-unique']);
  const { violations } = await axe.analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

async function openSecurity(): Promise<void> {
  await page.goto('/account?tab=security');
  await page.getByRole('heading', { name: 'Passkeys' }).waitFor();
}

async function keepCodes(): Promise<string[]> {
  const shown = dialog(page, 'Your recovery codes');
  const items = shown.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await items.first().waitFor();
  const codes = await items.allInnerTexts();
  await shown.getByRole('button', { name: 'I have kept them' }).click();
  await shown.waitFor({ state: 'hidden' });
  return codes;
}

async function addPasskey(name: string): Promise<void> {
  await openSecurity();
  await button(page, 'Add passkey').click();
  const adding = dialog(page, 'Add a passkey');
  await adding.getByLabel('Name').fill(name);
  await adding.getByRole('button', { name: 'Add passkey' }).click();
}

/** @returns its key and the recovery codes */
async function addTotp(): Promise<{ secret: string; codes: string[] }> {
  await openSecurity();
  await button(page, 'Add authenticator app').click();
  const adding = dialog(page, 'Add an authenticator app');
  await adding.getByRole('img', { name: /QR code/ }).waitFor();
  const secret = await adding.locator('code').innerText();
  await adding.getByLabel('Code from the app').fill(codeOf(secret));
  await adding.getByRole('button', { name: 'Add authenticator app' }).click();
  return { secret, codes: await keepCodes() };
}

describe('a passkey', () => {
  test('is added, signs in without a password, and confirms what is dangerous', async () => {
    const authenticator = await addVirtualAuthenticator(page);
    await signIn(page, owner);
    await addPasskey('Work laptop');
    expect(await keepCodes()).toHaveLength(10);
    await page.getByRole('list', { name: 'Passkeys' }).getByText('Work laptop').waitFor();
    expect(await authenticator.count()).toBe(1);
    await expectAccessible();

    await signOut(page);
    await button(page, 'Sign in with a passkey').click();
    await heading(page, 'Overview').waitFor();

    passMinutes(11);
    await goTo(page, 'Policies');
    await page.getByRole('link', { name: 'Write a policy' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Night shift');
    // A draft changes nobody, so writing one asks for nothing.
    await button(page, 'Create draft').click();
    await heading(page, 'Night shift').waitFor();
    await button(page, 'Review and publish').click();
    const review = dialog(page, 'Publish Night shift');
    await review.getByLabel('Message').fill('For the night.');
    await review.getByRole('button', { name: 'Publish policy' }).click();
    const asked = dialog(page, 'Confirm that it is you');
    await asked.waitFor();
    await expectAccessible();
    await asked.getByRole('button', { name: 'Use your passkey' }).click();
    await page.getByText('Night shift is published as version 1.').waitFor();
  });

  test('that its owner does not unlock signs nobody in; a confirmation that is closed changes nothing', async () => {
    const authenticator = await addVirtualAuthenticator(page);
    const grace = person('Grace Hopper');
    await signIn(page, grace);
    await addPasskey('Phone');
    await keepCodes();
    await addPasskey('Phone');
    await page.getByText('has a passkey of your account already').waitFor();
    await page.keyboard.press('Escape');

    passMinutes(11);
    await openSecurity();
    await page.getByRole('button', { name: 'Remove: Phone' }).click();
    await button(page, 'Remove passkey').click();
    const asked = dialog(page, 'Confirm that it is you');
    await asked.waitFor();
    await page.keyboard.press('Escape');
    await asked.waitFor({ state: 'hidden' });
    await page.getByText('It still works').waitFor();
    await button(page, 'Cancel').click();

    await signOut(page);
    await authenticator.setUnlocked(false);
    await button(page, 'Sign in with a passkey').click();
    await page.getByText('No passkey was used.').waitFor();
  });
});

describe('an authenticator app', () => {
  test('is asked for after the password; a recovery code stands in for it once', async () => {
    const mary = person('Mary Jackson');
    await signIn(page, mary);
    const { secret, codes } = await addTotp();
    await expectAccessible();
    await signOut(page);
    passMinutes(1);

    await tryToSignIn(page, mary);
    const field = page.getByLabel('Code from your authenticator app');
    await field.fill('000000');
    await expectAccessible();
    await button(page, 'Sign in').click();
    await page.getByText('That is not right').waitFor();
    await field.fill(codeOf(secret));
    await button(page, 'Sign in').click();
    await heading(page, 'Overview').waitFor();

    for (const [code, left] of [
      [codes[0], 9],
      [codes[1], 8],
    ] as const) {
      await signOut(page);
      await tryToSignIn(page, mary);
      await button(page, 'Use a recovery code').click();
      await page.getByLabel('Recovery code').fill(code ?? '');
      await button(page, 'Sign in').click();
      await page.getByText(`You have ${left} recovery codes left`).waitFor();
      await heading(page, 'Overview').waitFor();
    }
    await signOut(page);
    await tryToSignIn(page, mary);
    await button(page, 'Use a recovery code').click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await button(page, 'Sign in').click();
    await page.getByText('That is not right').waitFor();
  });

  test('is removed, and the password is enough again', async () => {
    const annie = person('Annie Easley');
    await signIn(page, annie);
    await addTotp();
    await button(page, 'Remove').click();
    await button(page, 'Remove authenticator app').click();
    await page.getByText('The authenticator app was removed.').waitFor();
    await signOut(page);
    await signIn(page, annie);
  });
});

describe('the rule of the workspace', () => {
  test('reminds until the day, then leads everybody to set one up, at narrow width too', async () => {
    const katherine = person('Katherine Johnson');
    const dorothy = person('Dorothy Vaughan');
    await enterAs(page, dorothy, example.organisation.origin);
    await page.goto('/settings');
    await page.getByRole('region', { name: 'Second factor' }).getByRole('button', { name: 'Change' }).click();
    const change = dialog(page, 'Who needs a second factor?');
    await change.getByLabel('Everyone').check();
    await change.getByText('of them have none').waitFor();
    await expectAccessible();
    await change.getByRole('button', { name: 'Save rule' }).click();
    await page.getByText('The rule for second factors was saved.').waitFor();
    await page.getByText(/on you need a second factor$/).waitFor();
    await expectAccessible();

    passMinutes(15 * 24 * 60);
    const narrow = await openPage(example.browser, { width: 390, height: 844 });
    await narrow.goto('/account?tab=password');
    await tryToSignIn(narrow, katherine);
    await heading(narrow, 'Set up a second factor').waitFor();
    page = narrow;
    await expectAccessible();
    await button(narrow, 'Add an authenticator app').click();
    const secret = await narrow.locator('code').innerText();
    await narrow.getByLabel('Code from the app').fill(codeOf(secret));
    await button(narrow, 'Add authenticator app').click();
    await narrow.getByRole('list', { name: 'Recovery codes' }).waitFor();
    await expectAccessible();
    await button(narrow, 'I have kept them, continue').click();
    await heading(narrow, 'Your account').waitFor();
    expect(new URL(narrow.url()).search).toBe('?tab=password');
  });
});
