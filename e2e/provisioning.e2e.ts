import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, dialog, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let token: string;
beforeAll(async () => {
  example = await openExampleOrganisation();
});
afterAll(() => example.close());

async function openProvisioning(): Promise<Page> {
  const page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
  await goTo(page, 'Provisioning (SCIM)');
  return page;
}

/** As an identity provider does it. */
async function scim<Answer>(path: string, json?: object, method?: 'PATCH'): Promise<{ status: number; body: Answer }> {
  const answer = await example.send<Answer>(`/scim/v2${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(json && { json }),
    ...(method && { method }),
  });
  return { status: answer.status, body: answer.json() };
}

test('a token is made by clicking and shown once', async () => {
  const page = await openProvisioning();
  await page.getByText('No identity provider has asked yet.').waitFor();
  await button(page, 'Make a token').click();
  await dialog(page, 'Make a token').getByLabel('Name').fill('Okta');
  await button(page, 'Make token').click();
  const made = dialog(page, 'Okta is made');
  token = await made.locator('code').innerText();
  await made.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('list', { name: 'Tokens' }).getByText('never used').waitFor();
  expect(await page.content()).not.toContain(token);
});

test('what the provider sends shows as facts, and so does what it was refused', async () => {
  const user = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'katherine@example.com',
    displayName: 'Katherine Johnson',
    emails: [{ value: 'katherine@example.com', primary: true, type: 'work' }],
    active: true,
  };
  const created = await scim<{ id: string }>('/Users', user);
  expect(created.status).toBe(201);
  const group = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    displayName: 'Orbital mechanics',
    members: [{ value: created.body.id }],
  };
  expect((await scim('/Groups', group)).status).toBe(201);
  expect((await scim('/Users', { ...user, userName: 'no address', emails: [] })).status).toBe(400);

  const page = await openProvisioning();
  await page.getByText('1 person and 1 group are looked after by SCIM.').waitFor();
  // Noted after the answer.
  await expect
    .poll(async () => {
      await page.reload();
      await page.getByText('Last refusal').waitFor();
      return page.getByText('POST /scim/v2/Users').count();
    })
    .toBe(1);
  await page.getByRole('list', { name: 'Tokens' }).getByText(/^used/).waitFor();
});

test('a group that SCIM looks after says so and cannot be changed by hand', async () => {
  const page = await openProvisioning();
  await goTo(page, 'Groups');
  await link(page, 'Orbital mechanics').click();
  await heading(page, 'Orbital mechanics').waitFor();
  await page
    .getByText(/SCIM|identity provider/)
    .first()
    .waitFor();
  expect(await button(page, 'Delete group').isVisible()).toBe(false);
});

test('a group made by hand is handed over, and then the provider may send it', async () => {
  await example.organisation.addGroup('Engineering', []);
  const group = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Engineering' };
  expect((await scim('/Groups', group)).status).toBe(409);
  const page = await openProvisioning();
  await button(page, 'Hand a group over').click();
  await page.getByRole('combobox', { name: 'Group' }).fill('Engin');
  await page.getByRole('option', { name: 'Engineering' }).click();
  await button(page, 'Hand group over').click();
  await page.getByText('2 groups are looked after by SCIM.').waitFor();
});

test('a rotated token leaves time, a revoked one none', async () => {
  const page = await openProvisioning();
  await button(page, 'Rotate: Okta').click();
  await button(page, 'Rotate token').click();
  const rotated = dialog(page, 'Okta has a new token');
  const next = await rotated.locator('code').innerText();
  await rotated.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByText('the former one works until').waitFor();
  expect((await scim('/Users')).status).toBe(200);
  token = next;
  expect((await scim('/Users')).status).toBe(200);
  await button(page, 'Revoke: Okta').click();
  const asked = dialog(page, 'Revoke Okta?');
  await asked.getByRole('textbox', { name: /to confirm/ }).fill('Okta');
  await asked.getByRole('button', { name: 'Revoke token' }).click();
  await page.getByText('Revoked', { exact: true }).waitFor();
  expect((await scim('/Users')).status).toBe(401);
});

test('the steps for a provider have their own address, also on a phone', async () => {
  const page = await openPage(example.browser, { width: 390, height: 844 });
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/provisioning');
  await page.getByLabel('Steps for').selectOption('Microsoft Entra ID');
  await page.getByText('Tenant URL:').waitFor();
  await page.reload();
  await page.getByText('Tenant URL:').waitFor();
  expect(new URL(page.url()).searchParams.get('provider')).toBe('entra');
});
