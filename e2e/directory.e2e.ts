import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, choose, dialog, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
beforeAll(async () => {
  example = await openExampleOrganisation();
  const { organisation } = example;
  const grace = await organisation.addMember({ name: 'Grace Hopper' });
  const linus = await organisation.addMember({ name: 'Linus Torvalds' });
  await organisation.addGroup('Kernel', [linus]);
  await organisation.addGroup('Compiler Engineering', [grace, linus]);
});
afterAll(() => example.close());

async function openAs(person: Person): Promise<Page> {
  const page = await openPage(example.browser);
  await enterAs(page, person, example.organisation.origin);
  await page.goto('/');
  await heading(page, 'Overview').waitFor();
  return page;
}
const openOwner = () => openAs(example.organisation.owner);

/** On a phone and on a desk, in both themes. Mantine heads its dialogs with <header>, which axe takes for a second banner. */
async function expectNoBarriers(page: Page, what: string): Promise<void> {
  for (const { theme, width } of [
    { theme: 'light', width: 1280 },
    { theme: 'dark', width: 390 },
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    const axe = new AxeBuilder({ page }).setLegacyMode(true);
    const { violations } = await axe.disableRules(['landmark-no-duplicate-banner', 'landmark-unique']).analyze();
    const found = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    expect(found, `${what}, ${theme}, ${width} px`).toEqual([]);
    const { clientWidth, scrollWidth } = await page.evaluate<{ clientWidth: number; scrollWidth: number }>(
      '({ clientWidth: document.documentElement.clientWidth, scrollWidth: document.documentElement.scrollWidth })',
    );
    expect(scrollWidth, `${what} scrolls sideways at ${width} px`).toBeLessThanOrEqual(clientWidth);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
}

const rowNames = async (page: Page): Promise<string[]> =>
  page.getByRole('table', { name: 'Members' }).locator('tbody a').allInnerTexts();

test('members are found by the name of their group, and filters are in the address', async () => {
  const page = await openOwner();
  await goTo(page, 'Members');
  await page.getByLabel('Search by name, e-mail or group').fill('compiler');
  await page.waitForURL(/search=compiler/);
  await expect.poll(() => rowNames(page)).toEqual(['Grace Hopper', 'Linus Torvalds']);
  await choose(page, 'Group', 'Kernel');
  await page.getByText('Nobody matches these filters.').waitFor();
  await button(page, 'Clear the search').click();
  await expect.poll(() => rowNames(page)).toEqual(['Linus Torvalds']);
  await page.reload();
  await expect.poll(() => rowNames(page)).toEqual(['Linus Torvalds']);
  await choose(page, 'Group', 'In no group');
  await expect.poll(() => rowNames(page)).toEqual(['Ada Lovelace']);
  await expectNoBarriers(page, 'Members');
});

test('several are put into a group, suspended and let in again, with who could not be', async () => {
  const page = await openOwner();
  await goTo(page, 'Members');
  await page.getByRole('checkbox', { name: 'Select all rows on this page' }).check();
  const bar = page.getByRole('region', { name: 'Selected members' });
  await bar.getByText('3 selected').waitFor();
  await expectNoBarriers(page, 'Members with a selection');
  await bar.getByRole('button', { name: 'Suspend 3' }).click();
  await dialog(page, 'Suspend 3 people?').getByRole('button', { name: 'Suspend 3 people' }).click();
  const outcome = dialog(page, '2 people suspended');
  await outcome.getByText('Ada Lovelace: You cannot suspend or remove yourself.').waitFor();
  await outcome.getByRole('button', { name: 'Done' }).click();
  expect(example.browser.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  await page.goto('/members?status=suspended');
  await page.getByRole('checkbox', { name: 'Select all rows on this page' }).check();
  await page.getByRole('button', { name: 'Reactivate 2' }).click();
  await dialog(page, 'Reactivate 2 people?').getByRole('button', { name: 'Reactivate 2 people' }).click();
  await dialog(page, '2 people reactivated').getByRole('button', { name: 'Done' }).click();
  await page.getByText('Nobody matches these filters.').waitFor();
});

test('a list is looked at line by line, then everybody in it is invited and the links are saved once', async () => {
  const page = await openOwner();
  await goTo(page, 'Members');
  await button(page, 'Import a list').click();
  await heading(page, 'Import a list').waitFor();
  const list =
    'email,name,groups\nmaya@example.com,Maya,Kernel\nnobody\ngrace.hopper@example.com,Grace,\nnew@example.com,,Docs';
  await page.getByLabel('CSV', { exact: true }).fill(list);
  await button(page, 'See what would happen').click();
  await page.getByText('“nobody” is no e-mail address.').waitFor();
  await page.getByText('grace.hopper@example.com is a member already.').waitFor();
  await page.getByText('There is no group “Docs”.').waitFor();
  await expectNoBarriers(page, 'Import a list');
  await page.getByText('Create the group', { exact: true }).click();
  await page.getByText('New groups: Docs.').waitFor();
  await page.getByLabel('Leave out the 2 lines that cannot be used').check();
  await button(page, 'Invite 2 people').click();
  await dialog(page, 'Invite 2 people?').getByRole('button', { name: 'Invite 2 people' }).click();
  await heading(page, '2 people are invited').waitFor();
  await expectNoBarriers(page, 'The outcome of an import');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Download the links (CSV)').click(),
  ]);
  const saved = await readFile(await download.path(), 'utf8');
  expect(saved.split('\r\n').map((row) => row.split(',')[0])).toEqual([
    'email',
    'maya@example.com',
    'new@example.com',
    '',
  ]);
  await page.getByText('The links were saved').waitFor();
  await button(page, 'Show those invited').click();
  await expect.poll(() => rowNames(page)).toEqual(['Maya', 'new@example.com']);
});

test('the page of a member shows what they may do, why, and what they are signed in with', async () => {
  const barbara = await example.organisation.addMember({ name: 'Barbara Liskov' });
  await example.organisation.addGroup('Languages', [barbara]);
  const page = await openOwner();
  await page.goto(`/members/${barbara.memberId}`);
  await heading(page, 'Barbara Liskov').waitFor();
  await link(page, 'Languages').waitFor();
  await page.getByRole('heading', { name: 'Permissions' }).waitFor();
  await page.getByRole('heading', { name: 'Ways to sign in' }).waitFor();
  await page.getByText('has made no access token').waitFor();
  await expectNoBarriers(page, 'A member');
  await button(page, 'Change name or e-mail').click();
  await dialog(page, 'Change Barbara Liskov').getByLabel('Name').fill('Barbara J. Liskov');
  await button(page, 'Save').click();
  await heading(page, 'Barbara J. Liskov').waitFor();
  await button(page, 'Sign out everywhere').click();
  await dialog(page, /Sign Barbara/)
    .getByRole('button', { name: 'Sign out everywhere' })
    .click();
  await page.getByText('is not signed in anywhere').waitFor();
});

test('what the identity provider decides says so in place of the button', async () => {
  const { db } = example.reeve.services;
  await db.updateTable('groups').set({ source: 'scim' }).where('name', '=', 'Kernel').execute();
  const page = await openOwner();
  await goTo(page, 'Groups');
  await page.getByLabel('With a member named').fill('torvalds');
  await page.waitForURL(/member=torvalds/);
  await page.getByText('SCIM', { exact: true }).first().waitFor();
  await expectNoBarriers(page, 'Groups');
  await link(page, 'Kernel').click();
  await page.getByText('This group comes from your identity provider').waitFor();
  expect(await button(page, 'Delete group').count()).toBe(0);
  expect(await page.getByLabel('Add people').count()).toBe(0);
  await expectNoBarriers(page, 'A group');
  await button(page, 'Manage by hand').click();
  await dialog(page, 'Manage Kernel by hand?').getByRole('button', { name: 'Manage by hand' }).click();
  await button(page, 'Delete group').waitFor();
});

test('ownership is handed over with what is lost in sight', async () => {
  const heir = await example.organisation.addMember({ name: 'Margaret Hamilton' });
  const page = await openOwner();
  await page.goto(`/members/${heir.memberId}`);
  await button(page, 'Hand ownership over').click();
  const asked = dialog(page, 'Hand ownership over to Margaret Hamilton?');
  await asked.getByText(/^Making and unmaking owners, .*manage roles/).waitFor();
  await expectNoBarriers(page, 'Handing ownership over');
  await asked.getByRole('textbox', { name: /to confirm/ }).fill(heir.email);
  await asked.getByRole('button', { name: 'Hand ownership over' }).click();
  await page.getByText('Margaret Hamilton is the owner now.').waitFor();
  await heading(page, 'Overview').waitFor();
  const { items } = await heir.api.directory.members.list({ roleId: 'owner' });
  expect(items.map(({ name }) => name)).toEqual(['Margaret Hamilton']);
});
