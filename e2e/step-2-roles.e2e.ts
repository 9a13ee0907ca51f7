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

test('a role is given with its meaning in sight and works at the next request', async () => {
  const owner = await openAs(example.organisation.owner);
  const member = await openAs(grace);
  expect(await link(member, 'Policies').count()).toBe(0);
  await goTo(owner, 'Members');
  await link(owner, 'Grace Hopper').click();
  await button(owner, 'Change name or role').click();
  const form = dialog(owner, 'Change Grace Hopper');
  await choose(owner, 'Role', 'Codex admin');
  await form.getByText('Grace Hopper goes from Member to Codex admin at their next request.').waitFor();
  await button(owner, 'Change role').click();
  await owner.getByText('As Codex admin.').waitFor();
  await member.reload();
  await goTo(member, 'Policies');
  expect(await link(member, 'Write a policy').first().isVisible()).toBe(true);
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
  expect(await link(owner, 'Tony Hoare').count()).toBe(0);
});
