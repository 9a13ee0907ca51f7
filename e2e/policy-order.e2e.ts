import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { button, choose, dialog, goTo, heading, link } from './by-clicking.ts';
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
  await page.goto('/policies');
});
afterAll(() => example.close());

const openOrder = async () => {
  await link(page, 'Order and fallback').click();
  await heading(page, 'Order and fallback').waitFor();
};
const rules = () => page.getByRole('list', { name: 'Order', exact: true }).getByRole('listitem');
const firstRule = () => rules().first().innerText();
const preview = () => dialog(page, 'Save this order?');
const more = async (group: string, item: string | RegExp) => {
  await button(page, `More for ${group}`).click();
  await page.getByRole('menuitem', { name: item }).click();
};

test('a group is moved with the keyboard, heard, previewed and saved', async () => {
  await openOrder();
  expect(await firstRule()).toContain('Contractors gets Read-only review');
  await button(page, 'Drag Engineering').focus();
  await page.keyboard.press('Space');
  await page.getByText('Engineering is over position 2 of 2.').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowUp');
  await page.getByText('Engineering is over position 1 of 2.').waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await page.getByText('1 change, not saved yet').waitFor();
  await button(page, 'Review and save').click();
  await preview().getByText('Nobody gets another policy.').waitFor();
  await preview()
    .getByText(/moves from position/)
    .waitFor();
  await preview().getByRole('button', { name: 'Save order' }).click();
  await page.getByText('The order was saved.').waitFor();
  await page.reload();
  await expect.poll(firstRule).toContain('Engineering gets Engineering');
});

test('a group is dragged with the mouse, and Discard changes puts it back', async () => {
  await openOrder();
  const first = await firstRule();
  const from = await page.getByRole('button', { name: /^Drag/ }).last().boundingBox();
  const to = await page.getByRole('button', { name: /^Drag/ }).first().boundingBox();
  if (!from || !to) throw new Error('there is nothing to drag');
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(to.x + 8, to.y + 2, { steps: 8 });
  await page.mouse.up();
  await expect.poll(firstRule).not.toBe(first);
  await button(page, 'Discard changes').click();
  await expect.poll(firstRule).toBe(first);
});

test('who loses a policy is said before, and what is not saved outlives a reload', async () => {
  await openOrder();
  await more('Engineering', 'Take Engineering out of the order');
  await button(page, 'Review and save').click();
  await preview()
    .getByText(/2 members get\s+Read-only review\s+instead of\s+Engineering/)
    .waitFor();
  await preview().getByText('Engineering is taken out of the order.').waitFor();
  await preview().getByRole('button', { name: 'Cancel' }).click();
  await page.reload();
  await page.getByText('1 change, not saved yet').waitFor();
  await link(page, 'Policies').first().click();
  await dialog(page, 'Leave without saving?').getByRole('button', { name: 'Stay' }).click();
  await button(page, 'Discard changes').click();
  await button(page, 'Drag Engineering').waitFor();
});

test('the buttons keep the focus on the group that was moved', async () => {
  await openOrder();
  await rules().nth(1).waitFor();
  const names = await page.getByRole('button', { name: /^Drag/ }).evaluateAll((all) => all.map((one) => one.ariaLabel));
  const moved = names[0]?.replace('Drag ', '') ?? '';
  await button(page, `Move ${moved} down`).focus();
  await page.keyboard.press('Enter');
  await page.getByText(`${moved} is at position 2 of 2.`).waitFor({ state: 'attached' });
  await expect.poll(() => page.evaluate<string>('document.activeElement.ariaLabel')).toContain(moved);
  await button(page, 'Discard changes').click();
});

test('somebody saved meanwhile: mine stay, and replace theirs only when told to', async () => {
  const { api } = example.organisation.owner;
  await openOrder();
  await more('Engineering', 'Change policy or position…');
  const fields = dialog(page, 'Engineering in the order');
  await fields.getByRole('combobox', { name: 'Policy' }).click();
  await page.getByRole('option', { name: 'Read-only review' }).click();
  await fields.getByRole('button', { name: 'Change' }).click();
  const { items, fallbackPolicyId, baselinePolicyId, version } = await api.policies.assignments({});
  const theirs = items.map(({ groupId, policyId }) => ({ groupId, policyId })).reverse();
  await api.policies.assign({ items: theirs, fallbackPolicyId, baselinePolicyId, expectedVersion: version });
  await button(page, 'Review and save').click();
  await preview().getByRole('button', { name: 'Save order' }).click();
  await preview().getByText('The order was not saved').waitFor();
  expect(example.browser.complaints.splice(0).join()).toContain('409');
  await preview().getByRole('button', { name: 'Cancel' }).click();
  await page.reload();
  await page.getByText('Somebody saved the order meanwhile').waitFor();
  expect(await button(page, 'Review and save').isDisabled()).toBe(true);
  await button(page, 'Keep mine and replace theirs').click();
  await button(page, 'Review and save').click();
  await preview().getByRole('button', { name: 'Save order' }).click();
  await page.getByText('The order was saved.').waitFor();
  const saved = await api.policies.assignments({});
  expect(saved.items.find(({ groupName }) => groupName === 'Engineering')?.policyName).toBe('Read-only review');
});

test('a baseline is off until it is asked for, and says how clients merge it', async () => {
  await openOrder();
  await page.getByRole('switch', { name: 'Send one policy under everything' }).click();
  await page.getByText('Older clients take one document').waitFor();
  await choose(page, 'Baseline policy', 'Engineering');
  await button(page, 'Review and save').click();
  await preview().getByText('The baseline is Engineering instead of none.').waitFor();
  await preview().getByRole('button', { name: 'Save order' }).click();
  await page.getByText('The order was saved.').waitFor();
  await goTo(page, 'Policies');
  await page
    .getByRole('row', { name: /Engineering/ })
    .getByText('Baseline')
    .waitFor();
});

test('one click and a look at the effects go back to the previous state, also while frozen', async () => {
  await button(page, 'More').click();
  await page.getByRole('menuitem', { name: 'Freeze all policies…' }).click();
  const freeze = dialog(page, 'Freeze all policies?');
  expect(await freeze.getByRole('button', { name: 'Freeze all policies' }).isDisabled()).toBe(true);
  await freeze.getByLabel('Why').fill('An incident on the build machines.');
  await freeze.getByRole('button', { name: 'Freeze all policies' }).click();
  await page.getByText('“An incident on the build machines.”').waitFor();
  await link(page, 'Order and fallback').click();
  await page.getByText('nothing is published, ordered or deleted until the freeze is lifted').waitFor();
  expect(await page.getByRole('button', { name: /^Drag/ }).count()).toBe(0);

  await link(page, 'Go back to an earlier state').click();
  await heading(page, 'States').waitFor();
  await button(page, 'Go back to the previous state').click();
  const back = dialog(page, /^Go back to state \d+\?$/);
  await back.getByText('Order, fallback and baseline become those of state').waitFor();
  await back.getByRole('button', { name: /^Go back to state/ }).click();
  await page.getByText(/Everything is as in state \d+ again/).waitFor();
  expect((await example.organisation.owner.api.policies.assignments({})).baselinePolicyId).toBe(null);

  await button(page, 'Lift freeze').click();
  await dialog(page, 'Lift the freeze?').getByRole('button', { name: 'Lift freeze' }).click();
  await page.getByText('The freeze is lifted.').waitFor();
  await page.getByText('All policies are frozen').waitFor({ state: 'hidden' });
});

test('with a second approver, what waits stands above the list; a folder that owns the policies says so', async () => {
  await page.goto('/policies/protection');
  await page.getByRole('switch', { name: 'Publishing takes a second person' }).click();
  await dialog(page, 'Ask for a second person?').getByRole('button', { name: 'Ask for a second person' }).click();
  await page.getByText('Publishing takes two people now.').waitFor();
  const { api } = example.organisation.owner;
  const { id } = await api.policies.create({ name: 'Interns', contents: 'allowed_sandbox_modes = ["read-only"]\n' });
  await api.policies.publication.publish({ id, expectedDraft: 1, message: 'For the summer.' });
  await goTo(page, 'Policies');
  await page.getByText('Interns awaits a second person').waitFor();
  await choose(page, 'Show', 'Awaiting approval');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.goto('/policies/protection');
  await page.getByLabel('Folder', { exact: true }).fill('git.example.com/platform/policies');
  await button(page, 'Hand the policies to this folder').click();
  await dialog(page, 'Hand the policies to this folder?')
    .getByRole('button', { name: 'Hand over to the folder' })
    .click();
  await page.getByText('git.example.com/platform/policies owns the policies now.').waitFor();
  await page.goto('/policies/order');
  await page.getByText('owns the policies: change them there.').waitFor();
  await api.policies.protection.update({ managedBy: null, secondApprover: false });
});

test('deleting a group says first whose policy changes, and takes it out of the order', async () => {
  const { api } = example.organisation.owner;
  const { items: groups } = await api.directory.groups.list({ search: 'Contractors' });
  const { items: policies } = await api.policies.list({});
  const policyId = policies.find(({ revision }) => revision > 0)?.id ?? '';
  await example.organisation.assign([{ groupId: groups[0]?.id ?? '', policyId }], null);
  await goTo(page, 'Groups');
  await link(page, 'Contractors').click();
  await button(page, 'Delete group').click();
  const asked = dialog(page, 'Delete Contractors?');
  await asked.getByText('The group has a place in the order of policies').waitFor();
  await asked.getByText('1 member gets something else at their next start.').waitFor();
  await asked.getByLabel('Type Contractors to confirm').fill('Contractors');
  await asked.getByRole('button', { name: 'Delete group' }).click();
  await page.getByText('Contractors was deleted.').waitFor();
  expect((await api.policies.assignments({})).items).toEqual([]);
});
