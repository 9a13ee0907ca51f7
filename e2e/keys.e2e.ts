import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, choose, dialog, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let grace: Person;
beforeAll(async () => {
  example = await openExampleOrganisation();
  grace = await example.organisation.addMember({ name: 'Grace Hopper' });
});
afterAll(() => example.close());

async function openAs(person: Person): Promise<Page> {
  const page = await openPage(example.browser);
  await enterAs(page, person, example.organisation.origin);
  await page.goto('/');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  return page;
}

const shownSecret = async (page: Page, title: RegExp): Promise<string> => {
  const once = dialog(page, title);
  const secret = await once.locator('code').first().innerText();
  await once.getByRole('button', { name: 'I have copied it' }).click();
  return secret;
};

const answerTo = async (secret: string, path: string): Promise<number> =>
  (await example.send(path, { headers: { authorization: `Bearer ${secret}` } })).status;

test('a key is made, reads what it may, is rotated with overlap, and revoked', async () => {
  const page = await openAs(example.organisation.owner);
  await goTo(page, 'Keys');
  await button(page, 'Create key').first().click();
  const form = dialog(page, 'Create an API key');
  await form.getByRole('button', { name: 'Create API key' }).click();
  await form.getByText('Choose at least one thing it may do.').waitFor();
  await form.getByLabel('Name', { exact: true }).fill('SIEM export');
  await form.getByRole('checkbox', { name: /^Read the audit log/ }).check();
  expect(await form.getByRole('checkbox', { name: /^Write policies/ }).count()).toBe(0);
  await form.getByRole('switch', { name: 'Let it change things' }).click();
  await form.getByRole('checkbox', { name: /^Write policies/ }).waitFor();
  await form.getByRole('switch', { name: 'Let it change things' }).click();
  await form.getByLabel('Works from these addresses').fill('127.0.0.0/8, nowhere');
  await form.getByRole('button', { name: 'Create API key' }).click();
  await form.getByText('“nowhere” is neither an address').first().waitFor();
  expect(example.browser.complaints.splice(0).join()).toContain('status of 400');
  await form.getByLabel('Works from these addresses').fill('127.0.0.0/8\n::1');
  await form.getByRole('button', { name: 'Create API key' }).click();
  await dialog(page, /SIEM export is created/)
    .getByText('/api/v1/audit')
    .waitFor();
  const first = await shownSecret(page, /SIEM export is created/);
  expect(await answerTo(first, '/api/v1/audit')).toBe(200);
  expect(await answerTo(first, '/api/v1/policies')).toBe(403);

  await button(page, 'SIEM export').click();
  const drawer = dialog(page, 'SIEM export');
  await drawer.getByText('127.0.0.0/8, ::1/128').waitFor();
  await drawer.getByRole('button', { name: 'Rotate' }).click();
  await choose(page, 'The former secret works on for', '3 days');
  await button(page, 'Make a new secret').click();
  const second = await shownSecret(page, /SIEM export has a new secret/);
  expect([await answerTo(first, '/api/v1/audit'), await answerTo(second, '/api/v1/audit')]).toEqual([200, 200]);
  await drawer.getByText(/ends in 2 days|ends in 3 days/).waitFor();

  await drawer.getByRole('button', { name: 'Revoke' }).click();
  const asked = dialog(page, 'Revoke SIEM export?');
  const confirm = asked.getByRole('button', { name: 'Revoke key' });
  expect(await confirm.isDisabled()).toBe(true);
  await asked.getByRole('textbox').fill('SIEM export');
  await confirm.click();
  await page.getByText('SIEM export is revoked.').waitFor();
  expect([await answerTo(first, '/api/v1/audit'), await answerTo(second, '/api/v1/audit')]).toEqual([401, 401]);
});

test('an access token has an end and scopes, and whoever manages tokens finds and ends it', async () => {
  const member = await openAs(grace);
  expect(await link(member, 'Keys').count()).toBe(0);
  await member.goto('/account?tab=tokens');
  await button(member, 'Create access token').first().click();
  const form = dialog(member, 'Create an access token');
  await form.getByLabel('Name', { exact: true }).fill('Check on build-7');
  await form.getByRole('checkbox', { name: 'Call models' }).uncheck();
  await choose(member, 'Ends after', /365 days, the longest allowed/);
  await form.getByRole('button', { name: 'Create access token' }).click();
  const token = await shownSecret(member, /Check on build-7 is created/);
  expect(token).toMatch(/^at-[0-9A-Za-z]{49}$/);
  await member.getByText('policy only, no model calls').waitFor();
  const whoami = '/api/accounts/v1/user-auth-credential/whoami';
  expect(await answerTo(token, whoami)).toBe(200);

  const owner = await openAs(example.organisation.owner);
  await goTo(owner, 'Keys');
  await owner.getByRole('tab', { name: 'Members’ access tokens' }).click();
  await owner.getByRole('searchbox').fill('grace');
  await owner.getByText('Grace Hopper,').waitFor();
  await button(owner, 'Revoke: Check on build-7').click();
  await button(owner, 'Revoke token').click();
  await owner.getByText('Check on build-7 is revoked.').waitFor();
  expect(await answerTo(token, whoami)).toBe(401);
});

test('an address that is not allowed any more is refused at the next call', async () => {
  const { api } = example.organisation.owner;
  const { key, secret } = await api.keys.create({ name: 'Pipeline', scopes: ['policies.read'] });
  expect(await answerTo(secret, '/api/v1/policies')).toBe(200);
  const page = await openAs(example.organisation.owner);
  await page.goto(`/keys?key=${key.id}`);
  await button(page, 'Change name or addresses').click();
  await page.getByLabel('Works from these addresses').fill('192.0.2.0/24');
  await button(page, 'Change key').click();
  await page.getByText('Pipeline is changed.').waitFor();
  expect(await answerTo(secret, '/api/v1/policies')).toBe(403);
  await heading(page, 'Keys').waitFor();
});
