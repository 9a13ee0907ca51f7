import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fillWithPolicies } from '#testing/fill-with-policies.ts';
import { button, choose, dialog, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

const policies = 500;
const groups = 5000;

let example: ExampleOrganisation;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  const { organisation, reeve } = example;
  await fillWithPolicies(reeve.services, { workspaceId: organisation.workspaceId, policies, groups });
  await organisation.addMember({ name: 'Grace Hopper' });
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
});
afterAll(() => example.close());

const order = () => page.getByRole('list', { name: 'Order', exact: true }).getByRole('listitem');

test('500 policies are found by name and by group, a page at a time', async () => {
  await page.goto('/policies');
  await page.getByText('1–100 of 500').waitFor();
  expect(await page.getByRole('row').count()).toBe(101);
  expect(await page.getByRole('row').nth(1).innerText()).toMatch(
    /1, 501, 1001 \+7\s+Policy 0001\s+Team 0001, Team 0501/,
  );
  await button(page, 'Next').click();
  await link(page, 'Policy 0101').waitFor();
  await page.reload();
  await page.getByText('101–200 of 500').waitFor();
  await page.getByRole('searchbox', { name: 'Search policies and groups' }).fill('Team 4321');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await link(page, 'Policy 0321').click();
  await heading(page, 'Policy 0321').waitFor();
});

test('among 5,000 rules a group is found, moved across pages and with the keyboard, and saved', async () => {
  await page.goto('/policies/order');
  await page.getByText('5,000 groups have a policy of their own.').waitFor();
  await expect.poll(() => order().count()).toBe(100);
  await page.getByRole('searchbox', { name: 'Search the order' }).fill('Team 4321');
  await expect.poll(() => order().count()).toBe(1);
  await button(page, 'More for Team 4321').click();
  await page.getByRole('menuitem', { name: 'Change policy or position…' }).click();
  const fields = dialog(page, 'Team 4321 in the order');
  await fields.getByLabel('Position').fill('3');
  await fields.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('searchbox', { name: 'Search the order' }).fill('');
  await expect.poll(() => order().nth(2).innerText()).toMatch(/^3\s+Team 4321/);

  await button(page, 'Drag Team 4321').focus();
  await page.keyboard.press('Space');
  await page.getByText('Team 4321 is over position 3 of 5000.').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowUp');
  await page.getByText('Team 4321 is over position 2 of 5000.').waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await expect.poll(() => order().nth(1).innerText()).toMatch(/^2\s+Team 4321/);

  await button(page, 'Review and save').click();
  const preview = dialog(page, 'Save this order?');
  await preview.getByText('Team 4321 moves from position 4321 to 2.').waitFor();
  await preview.getByRole('button', { name: 'Save order' }).click();
  await page.getByText('The order was saved.').waitFor();
  const { items } = await example.organisation.owner.api.policies.assignments({});
  expect(items.slice(0, 3).map(({ groupName }) => groupName)).toEqual(['Team 0001', 'Team 4321', 'Team 0002']);
  expect(items).toHaveLength(groups);
});

test('a group beyond the first page of groups is added at a position, and its member counts', async () => {
  const { organisation } = example;
  const { items } = await organisation.owner.api.directory.members.list({ search: 'Grace' });
  const group = await organisation.owner.api.directory.groups.create({ name: 'Zoology' });
  await organisation.owner.api.directory.groups.changeMembers({ id: group.id, add: items.map(({ id }) => id) });
  await page.goto('/policies/order');
  await button(page, 'Add a group').click();
  const add = dialog(page, 'Add a group to the order');
  await add.getByRole('combobox', { name: 'Group' }).fill('Zool');
  await page.getByRole('option', { name: 'Zoology' }).click();
  await add.getByRole('combobox', { name: 'Policy' }).fill('0250');
  await page.getByRole('option', { name: 'Policy 0250' }).click();
  await add.getByLabel('Position').fill('1');
  await add.getByRole('button', { name: 'Add group' }).click();
  await expect.poll(() => order().first().innerText()).toMatch(/^1\s+Zoology gets Policy 0250\s+not saved/);
  await choose(page, 'Everyone else gets', 'Policy 0001');
  await button(page, 'Review and save').click();
  const preview = dialog(page, 'Save this order?');
  await preview.getByText(/1 member gets Policy 0250 instead of none/).waitFor();
  await preview.getByRole('button', { name: 'Save order' }).click();
  await page.getByText('The order was saved.').waitFor();
  await expect.poll(() => order().first().innerText()).toMatch(/Zoology gets Policy 0250\s+1 member/);
});
