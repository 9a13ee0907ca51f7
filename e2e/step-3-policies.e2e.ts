import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { button, dialog, goTo, heading, link } from './by-clicking.ts';
import {
  type ExampleOrganisation,
  enterAs,
  fillOrganisation,
  openExampleOrganisation,
} from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  await fillOrganisation(example);
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
});
afterAll(() => example.close());

test('look-up says which policy a member gets and why', async () => {
  await goTo(page, 'Look-up');
  await page.getByLabel('E-mail of a member').fill('grace.hopper@example.com');
  await button(page, 'Look up').click();
  await page.getByText(/grace\.hopper@example\.com.* gets|Grace Hopper.* gets/).waitFor();
  const trail = await page.getByRole('list').filter({ hasText: 'Matches: decides' }).innerText();
  expect(trail).toMatch(
    /Group Contractors gets Read-only review\s+Not in this group[\s\S]*Group Engineering gets Engineering\s+Matches/,
  );
});

test('a new order is previewed by who gets another policy', async () => {
  await goTo(page, 'Policies');
  await link(page, 'Order and fallback').click();
  await button(page, 'Take Engineering out of the order').click();
  await button(page, 'Preview and save').click();
  const preview = dialog(page, 'Save this order?');
  await preview.getByText(/2 members get\s+Read-only review\s+instead of\s+Engineering/).waitFor();
  await preview.getByRole('button', { name: 'Cancel' }).click();
  await page.reload();
  await button(page, 'Take Engineering out of the order').waitFor();
});

test('a draft outlives a reload, and says so when somebody else saved meanwhile', async () => {
  const { api } = example.organisation.owner;
  await goTo(page, 'Policies');
  await link(page, 'Engineering').click();
  await heading(page, 'Engineering').waitFor();
  await page.getByRole('textbox', { name: 'requirements.toml' }).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('# mine\n');
  await page.getByText('Every client accepts this document').waitFor();
  const found = (await api.policies.list({})).items.find(({ name }) => name === 'Engineering');
  const { id, revision, published } = await api.policies.get({ id: found?.id ?? '' });
  await example.organisation.changePolicy(id, { contents: `${published?.contents}# theirs\n` });

  await page.reload();
  await page.getByText('Somebody changed this policy meanwhile').waitFor();
  expect(await page.getByRole('textbox', { name: 'requirements.toml' }).innerText()).toContain('# mine');
  await button(page, 'Keep mine and replace theirs').click();
  await button(page, 'Review and save').click();
  await dialog(page, 'Save Engineering?').getByRole('button', { name: 'Save policy' }).click();
  await page.getByText(`Revision ${revision + 2}, changed`).waitFor();
});
