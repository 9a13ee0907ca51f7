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
  await heading(page, 'Overview').waitFor();
  return page;
}

/** Chooses in a list that takes several, and closes it: it would cover what comes next. */
async function add(page: Page, label: string, option: string | RegExp): Promise<void> {
  await choose(page, label, option);
  await page.keyboard.press('Tab');
}

test('a role is given with its effects in sight and works at the next request', async () => {
  const owner = await openAs(example.organisation.owner);
  const member = await openAs(grace);
  expect(await link(member, 'Policies').count()).toBe(0);
  await goTo(owner, 'Members');
  await link(owner, 'Grace Hopper').click();
  await button(owner, 'Change roles').click();
  await add(owner, 'Own roles', 'Codex admin');
  await button(owner, 'See what would change').click();
  const asked = dialog(owner, 'Change the roles of Grace Hopper?');
  await asked.getByText('1 member gains Write and assign policies').waitFor();
  await asked.getByRole('button', { name: 'Change roles' }).click();
  await owner.getByText('Codex admin, their own role').first().waitFor();
  await member.reload();
  await goTo(member, 'Policies');
  await link(member, 'Write a policy').first().waitFor();
});

test('a role is written, given to a group, changed and deleted, each with its effects in sight', async () => {
  const owner = await openAs(example.organisation.owner);
  const { groups } = example.organisation.owner.api.directory;
  const linus = await example.organisation.addMember({ name: 'Linus Torvalds' });
  const { id } = await groups.create({ name: 'Kernel' });
  await groups.changeMembers({ id, add: [linus.memberId] });

  await goTo(owner, 'Roles');
  await link(owner, 'Write a role').click();
  await heading(owner, 'Write a role').waitFor();
  await button(owner, 'Save role').click();
  await owner.getByText('Write a name, for example').waitFor();
  await owner.getByLabel('Name', { exact: true }).fill('Help desk');
  await owner.getByRole('checkbox', { name: 'Manage members' }).check();
  await owner.getByText('Included in “Manage members”.').waitFor();
  expect(await owner.getByRole('checkbox', { name: 'See members and groups' }).isDisabled()).toBe(true);
  await button(owner, 'Save role').click();
  await heading(owner, 'Help desk').waitFor();
  await owner.getByText('Nobody has this role.').waitFor();

  await goTo(owner, 'Groups');
  await link(owner, 'Kernel').click();
  await button(owner, 'Change roles').click();
  await add(owner, 'Roles', 'Help desk');
  await button(owner, 'Review changes').click();
  const given = dialog(owner, 'Change the roles of this group?');
  await given.getByText('1 member gains Manage members').waitFor();
  await given.getByText('1 member loses Use Codex Local').waitFor();
  await given.getByRole('button', { name: 'Change roles' }).click();
  await link(owner, 'Help desk').click();
  await heading(owner, 'Help desk').waitFor();
  await owner.getByText('by Kernel', { exact: true }).waitFor();

  const member = await openAs(linus);
  await goTo(member, 'Members');
  await owner.getByRole('checkbox', { name: 'Manage members' }).uncheck();
  await button(owner, 'Review changes').click();
  const changed = dialog(owner, 'Save Help desk?');
  await changed.getByText('1 member loses Manage members').waitFor();
  await changed.getByRole('button', { name: 'Save role' }).click();
  await owner.getByText('Help desk was changed.').waitFor();
  await member.goto('/');
  await heading(member, 'Overview').waitFor();
  expect(await link(member, 'Members').count()).toBe(0);

  await button(owner, 'Delete role').click();
  const deleted = dialog(owner, 'Delete Help desk?');
  await deleted.getByText('1 member gains Use Codex Local').waitFor();
  await deleted.getByRole('textbox', { name: /to confirm/ }).fill('Help desk');
  await deleted.getByRole('button', { name: 'Delete role' }).click();
  await heading(owner, 'Roles').waitFor();
  await expect.poll(() => link(owner, 'Help desk').count()).toBe(0);
});

test('the guided set-up makes both groups and says first who loses Codex', async () => {
  await example.organisation.addMember({ name: 'Edsger Dijkstra' });
  const owner = await openAs(example.organisation.owner);
  await goTo(owner, 'Roles');
  await link(owner, 'Guided set-up').click();
  await heading(owner, 'Set up Codex roles').waitFor();
  await add(owner, 'First people in Codex Users', /Grace Hopper/);
  await button(owner, 'Review what changes').click();
  const asked = dialog(owner, 'Set these roles up?');
  await asked.getByText(/loses? Use Codex Local/).waitFor();
  await asked.getByRole('button', { name: 'Set up roles' }).click();
  await heading(owner, 'Roles').waitFor();
  await owner.getByText('No role: they can sign in to the console, but may not use Codex.').waitFor();
  await button(owner, 'Change default role').click();
  await choose(owner, 'Members without a role have', 'Codex user');
  await button(owner, 'Review changes').click();
  const back = dialog(owner, 'Change the default role?');
  await back.getByText(/gains? Use Codex Local/).waitFor();
  await back.getByRole('button', { name: 'Change default role' }).click();
  await owner.getByText('The default role was changed.').waitFor();
});

test('who may see roles but not manage them reads, and is offered nothing else', async () => {
  const auditor = await example.organisation.addMember({ name: 'Barbara Liskov' });
  const { setRoles } = example.organisation.owner.api.directory.members;
  await setRoles({ id: auditor.memberId, roleIds: ['compliance-officer'] });
  const page = await openAs(auditor);
  await goTo(page, 'Roles');
  expect(await link(page, 'Write a role').count()).toBe(0);
  await link(page, 'Compliance officer').first().click();
  await page.getByText('Read compliance logs').waitFor();
  await page.getByText('Barbara Liskov').last().waitFor();
});

test('a suspended member is out at the next request and in again when reactivated', async () => {
  const owner = await openAs(example.organisation.owner);
  const member = await openAs(grace);
  await goTo(owner, 'Members');
  await link(owner, 'Grace Hopper').click();
  await button(owner, 'Suspend').click();
  await button(owner, 'Suspend member').click();
  await owner.getByText('Suspended', { exact: true }).waitFor();
  await member.goto('/connect');
  await heading(member, 'Sign in').waitFor();
  await button(owner, 'Reactivate').click();
  await owner.getByText('Active', { exact: true }).waitFor();
});

test('removing asks for the address typed', async () => {
  const leaving = await example.organisation.addMember({ name: 'Tony Hoare' });
  const owner = await openAs(example.organisation.owner);
  await owner.goto(`/members/${leaving.memberId}`);
  await button(owner, 'Remove').click();
  const asked = dialog(owner, 'Remove Tony Hoare?');
  const confirm = asked.getByRole('button', { name: 'Remove member' });
  expect(await confirm.isDisabled()).toBe(true);
  await asked.getByRole('textbox').fill(leaving.email);
  await confirm.click();
  await heading(owner, 'Members').waitFor();
  await link(owner, 'Grace Hopper').waitFor();
  await expect.poll(() => link(owner, 'Tony Hoare').count()).toBe(0);
});
