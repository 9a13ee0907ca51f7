import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, choose, dialog, goTo, heading, link } from './by-clicking.ts';
import {
  type ExampleOrganisation,
  enterAs,
  fillOrganisation,
  openExampleOrganisation,
} from './example-organisation.ts';
import { openPage } from './open-reeve.ts';
import { fetchPolicy } from './policy-delivery.ts';

let example: ExampleOrganisation;
let member: Person;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  ({ member } = await fillOrganisation(example));
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
});
afterAll(() => example.close());

const item = (title: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });
const groupPolicies = 'Policies apply to the members of each group';

async function checkAgain() {
  const answered = page.waitForResponse(
    (answer) => answer.url().endsWith('/verify/checks') && answer.request().method() === 'POST',
    { timeout: 60_000 },
  );
  await button(page, 'Check again').click();
  expect((await answered).status()).toBe(200);
  await expect.poll(() => button(page, 'Check again').isEnabled()).toBe(true);
}

test('a planted problem shows with what to do, is repaired, and turns green', async () => {
  const { organisation } = example;
  const { items, fallbackPolicyId } = await organisation.owner.api.policies.assignments({});
  const order = items.map(({ groupId, policyId }) => ({ groupId, policyId }));
  const [, ...others] = order;
  await organisation.assign(others, null);
  await goTo(page, 'Verify');
  await page.getByText('Nothing was looked at yet.').waitFor();
  await checkAgain();
  const planted = item(groupPolicies);
  await expect.poll(() => planted.innerText()).toMatch(/Problem[\s\S]*No policy applies to members of/);
  expect(await page.getByText(/^No: \d+ problems?/).count()).toBe(1);

  await choose(page, 'Area', 'Policies');
  await expect.poll(() => page.url()).toContain('area=policies');
  await page.getByText('Needs somebody', { exact: true }).first().click();
  await expect.poll(() => page.url()).toContain('show=open');
  await page.reload();
  await planted.getByText('What was measured').click();
  expect(await planted.innerText()).toMatch(/Groups\s+\d/);

  await goTo(page, 'Overview');
  await page.getByText(new RegExp(`finds? a problem:.*${groupPolicies}`)).waitFor();

  await organisation.assign(order, fallbackPolicyId);
  await goTo(page, 'Verify');
  await checkAgain();
  await expect.poll(() => item(groupPolicies).innerText()).toMatch(/All right[\s\S]*each gets what the order says/);
  await page.goto('/');
  await page.getByText('Every check is all right').waitFor();
  await page.getByText(groupPolicies).waitFor({ state: 'hidden' });
});

test('who runs what: by version and surface, and as CSV', async () => {
  const { organisation } = example;
  await fetchPolicy(example, member, { version: '0.140.0' });
  await fetchPolicy(example, organisation.owner);
  await goTo(page, 'Verify');
  await link(page, 'Clients in the field').click();
  await heading(page, 'Clients in the field').waitFor();
  const rows = () => page.getByRole('table', { name: 'Clients in the field' }).getByRole('row');
  await expect.poll(() => rows().count()).toBe(3);
  await page.getByRole('list', { name: 'Members by client version' }).getByRole('link', { name: '0.140.0' }).click();
  await expect.poll(() => page.url()).toContain('version=0.140.0');
  await expect.poll(() => rows().count()).toBe(2);
  expect(await rows().nth(1).innerText()).toMatch(
    /Grace Hopper.*0\.140\.0\s+CLI \(codex_exec\)\s+Engineering, version 1/s,
  );
  const download = page.waitForEvent('download');
  await button(page, 'Save as CSV').click();
  const saved = await readFile(await (await download).path(), 'utf8');
  expect(saved).toContain('Grace Hopper,grace.hopper@example.com,codex_exec,CLI,0.140.0,no');
});

test('a minimum is set with its day, after seeing by name whom it hits', async () => {
  await page.goto('/verify/estate');
  await link(page, 'Set a minimum').click();
  await heading(page, 'Settings and permissions').waitFor();
  const field = page.getByRole('combobox', { name: 'Oldest client version that may call' });
  await field.fill('soon');
  await page.getByText('Write a version such as').waitFor();
  expect(await button(page, 'Review changes').isDisabled()).toBe(true);
  await field.fill('0.163.0');
  await page.keyboard.press('Tab');
  await page.getByLabel('Older clients are refused from').fill('2099-12-01');
  await button(page, 'Review changes').click();
  const confirm = dialog(page, 'Save these settings?');
  await confirm.getByText(/older than 0\.163\.0.*from 1 December 2099 on.*Grace Hopper/).waitFor();
  await confirm.getByRole('button', { name: 'Save settings' }).click();
  await page.getByText('The settings were saved.').waitFor();
  await page.goto('/verify/estate');
  await page.getByText('Older clients are refused from 1 December 2099 on.').waitFor();
  await link(page, 'See who').click();
  await expect.poll(() => page.url()).toContain('only=below-minimum');
  const clients = page.getByRole('table', { name: 'Clients in the field' });
  // Until the filtered list is there, the whole one stays.
  await expect.poll(() => clients.getByRole('row').count()).toBe(2);
  await clients.getByText('Grace Hopper').waitFor();
});
