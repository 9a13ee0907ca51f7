import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { button, dialog, goTo, heading, saveSwitch } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation, startDeviceCode } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
});
afterAll(() => example.close());

test('the preview says who is touched; discarding changes nothing', async () => {
  await goTo(page, 'Settings and permissions');
  const local = page.getByRole('switch', { name: 'Allow members to use Codex Local' });
  expect(await local.isChecked()).toBe(true);
  await page.getByText('Allow members to use Codex Local', { exact: true }).click();
  await page.getByText('One change is not saved yet.').waitFor();
  await button(page, 'Review changes').click();
  const preview = dialog(page, 'Save these settings?');
  await preview.getByText('The workspace has 1 active member').waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'Discard').click();
  expect(await local.isChecked()).toBe(true);
  await page.reload();
  await local.waitFor();
  expect(await local.isChecked()).toBe(true);
});

test('what comes later is there, greyed, with the reason', async () => {
  await goTo(page, 'Settings and permissions');
  const slack = page.getByRole('switch', { name: 'Codex in Slack' });
  await slack.waitFor();
  expect(await slack.isDisabled()).toBe(true);
  await page.getByText('The Slack connection comes in a later version of Reeve.').waitFor();
});

test('Codex cloud is off at first; what it means is told before it is turned on, and off again', async () => {
  await goTo(page, 'Settings and permissions');
  const name = 'Allow members to use Codex cloud';
  expect(await page.getByRole('switch', { name }).isChecked()).toBe(false);
  await page.getByText(name, { exact: true }).click();
  await button(page, 'Review changes').click();
  const preview = dialog(page, 'Save these settings?');
  await preview.getByText('may make environments and give tasks to Codex').waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'Discard').click();
  await saveSwitch(page, name);
  await page.getByText(name, { exact: true }).click();
  await button(page, 'Review changes').click();
  await preview.getByText('No hosted task runs or waits at this moment.').waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'Discard').click();
  await saveSwitch(page, name);
});

test('a group gets a limit for hosted tasks, another one, and none', async () => {
  await goTo(page, 'Groups');
  await button(page, 'Create group').first().click();
  await dialog(page, 'Create a group').getByLabel('Name').fill('Interns');
  await dialog(page, 'Create a group').getByRole('button', { name: 'Create group' }).click();
  await heading(page, 'Interns').waitFor();
  await goTo(page, 'Settings and permissions');
  await page.getByText('No group has a limit of its own.').waitFor();
  await button(page, 'Limit a group').click();
  const limiting = dialog(page, 'Limit a group');
  await limiting.getByRole('combobox', { name: 'Group' }).fill('Inter');
  await page.getByRole('option', { name: 'Interns' }).click();
  await limiting.getByLabel('Hosted attempts at once').fill('3');
  await limiting.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('table', { name: 'Limits of groups' }).getByRole('row', { name: 'Interns' });
  await row.getByRole('cell', { name: '3', exact: true }).waitFor();
  await button(page, 'Change the limit of Interns').click();
  const changing = dialog(page, 'Limit of Interns');
  await changing.getByLabel('Hosted attempts at once').fill('5');
  await changing.getByRole('button', { name: 'Save' }).click();
  await row.getByRole('cell', { name: '5', exact: true }).waitFor();
  await button(page, 'Change the limit of Interns').click();
  await changing.getByRole('button', { name: 'Take the limit away' }).click();
  await page.getByText('No group has a limit of its own.').waitFor();
});

test('device code off is told on the page where the code is typed', async () => {
  const userCode = await startDeviceCode(example);
  await saveSwitch(page, 'Enable device code authentication for Codex CLI');
  await page.goto(`/codex/device?user_code=${userCode}`);
  await page.getByText('A workspace owner can turn it on under Settings and permissions.').waitFor();
  // The browser tells of the refused call as well.
  expect(example.browser.complaints.splice(0).join()).toContain('status of 404');
  await page.goto('/');
  await saveSwitch(page, 'Enable device code authentication for Codex CLI');
  await page.goto(`/codex/device?user_code=${userCode}`);
  await heading(page, 'Sign in this client?').waitFor();
});

test('a member who is no owner sees neither the settings nor their entry', async () => {
  const grace = await example.organisation.addMember({ name: 'Grace Hopper' });
  const own = await openPage(example.browser);
  await enterAs(own, grace, example.organisation.origin);
  await own.goto('/');
  const navigation = own.getByRole('navigation', { name: 'Main' });
  await navigation.getByRole('link', { name: 'Connect a client' }).waitFor();
  expect(await navigation.getByRole('link', { name: 'Settings and permissions' }).count()).toBe(0);
  await own.goto('/settings');
  await own.getByText('Your role does not include this.').waitFor();
  expect(example.browser.complaints.splice(0).join()).toContain('status of 403');
});
