import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { choose, goTo, heading } from './by-clicking.ts';
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

const figure = (word: string) => page.locator('dl > div').filter({ hasText: word }).innerText();
const receipts = () => page.getByRole('table', { name: 'Receipts' }).getByRole('row');

test('before any client started the page says what will be here', async () => {
  await goTo(page, 'Delivery');
  await page.getByText('No client has fetched a policy yet.').waitFor();
});

test('current, behind and never are counted; filters stay in the address', async () => {
  const { organisation } = example;
  await fetchPolicy(example, member);
  await fetchPolicy(example, organisation.owner, { version: '0.140.0' });
  await goTo(page, 'Delivery');
  await expect.poll(() => figure('Current')).toMatch(/Current\s+2\s+67%/);
  expect(await figure('Never')).toMatch(/Never\s+1\s+33%/);

  const { items } = await organisation.owner.api.policies.list({});
  const engineering = items.find(({ name }) => name === 'Engineering');
  const published = await organisation.owner.api.policies.get({ id: engineering?.id ?? '' });
  await organisation.changePolicy(published.id, { contents: `${published.published?.contents}\n# changed\n` });
  await fetchPolicy(example, member);
  await page.reload();
  await expect.poll(() => figure('Behind')).toMatch(/Behind\s+1\s+33%/);
  expect(await figure('Current')).toMatch(/Current\s+1/);

  await choose(page, 'State', 'Behind');
  await expect.poll(() => page.url()).toContain('state=behind');
  await page.getByRole('searchbox', { name: 'Search members' }).fill('Ada');
  await expect.poll(() => receipts().count()).toBe(2);
  expect(await receipts().nth(1).innerText()).toMatch(
    /Ada Lovelace.*Behind\s+Engineering, version 1\s+codex_exec 0\.140\.0/s,
  );
  await page.reload();
  await expect.poll(() => receipts().count()).toBe(2);
  await receipts().nth(1).getByRole('link', { name: 'Ada Lovelace' }).click();
  await heading(page, 'Look-up').waitFor();
  await page.getByText(/Ada Lovelace.* gets Engineering, version 2/).waitFor();
});
