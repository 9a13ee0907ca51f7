import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, choose, goTo, heading } from './by-clicking.ts';
import {
  type ExampleOrganisation,
  enterAs,
  fillOrganisation,
  openExampleOrganisation,
} from './example-organisation.ts';
import { openPage } from './open-reeve.ts';
import { addExplainedPolicy, fetchPolicy } from './policy-delivery.ts';

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

const lookUp = async (typed: string, option: RegExp) => {
  await page.getByRole('combobox', { name: 'E-mail of a member' }).fill(typed);
  await page.getByRole('option', { name: option }).click();
};
const trail = () => page.getByRole('list').filter({ hasText: 'Matches: decides' });

test('a part of a name finds the member; the answer says policy, version and why', async () => {
  await goTo(page, 'Look-up');
  await lookUp('Grace', /Grace Hopper/);
  await page.getByText(/Grace Hopper.* gets Engineering, version 1/).waitFor();
  expect(await trail().innerText()).toMatch(
    /1\s+Contractors gets Read-only review\s+Not in this group\s+2\s+Engineering gets Engineering\s+Matches: decides/,
  );
  expect(page.url()).toContain('email=grace.hopper%40example.com');
});

test('what if they joined a group: another policy, with the text that would change', async () => {
  await page.goto(`/policies/look-up?email=${member.email}`);
  await button(page, 'Try a change').click();
  await choose(page, 'If they were in this group as well', 'Contractors');
  await page.getByText(/Then they would get Read-only review, version 1/).waitFor();
  await page.getByRole('textbox', { name: 'What would change in requirements.toml' }).waitFor();
  await page.reload();
  await page.getByText(/Then they would get Read-only review/).waitFor();
  await button(page, 'Without Contractors').click();
  await page.getByText(/Then they would get/).waitFor({ state: 'hidden' });
});

test('the exact bytes for a client version are those the client gets, and receipts say what it has', async () => {
  const fetched = await fetchPolicy(example, member, { version: '0.163.0' });
  await page.goto(`/policies/look-up?email=${member.email}`);
  await page.getByText(createHash('sha256').update(fetched).digest('hex')).waitFor();
  await page.getByText('GET /backend-api/wham/config/bundle').waitFor();
  const row = page.getByRole('table', { name: 'Clients of this member' }).getByRole('row').nth(1);
  expect(await row.innerText()).toMatch(/Current\s+Engineering, version 1\s+codex_exec 0\.163\.0/);
  await choose(page, 'Client version', 'Codex 0.120.0');
  await page.getByText('GET /backend-api/wham/config/requirements').waitFor();
  expect(page.url()).toContain('client=0.120.0');
});

test('a group is looked up, and a link to it opens it again', async () => {
  await goTo(page, 'Look-up');
  await page.getByRole('tab', { name: 'By group' }).click();
  await choose(page, 'Group', 'Contractors');
  await page.getByText(/Contractors.* gets Read-only review, version 1/).waitFor();
  await page.reload();
  await page.getByText(/Contractors.* gets Read-only review, version 1/).waitFor();
});

test('a pasted error message leads to the policy and the line that says so', async () => {
  const { number } = await addExplainedPolicy(example.organisation);
  await goTo(page, 'Look-up');
  await page.getByRole('tab', { name: 'By error message' }).click();
  const text = `Codex: blocked by policy: A person looks at what leaves the machine. ${example.organisation.origin}/why/${number}.1.0`;
  await page.getByLabel('What the client printed').fill(text);
  await button(page, 'Find its origin').click();
  await page.getByRole('link', { name: 'Nothing leaves' }).waitFor();
  await page.getByText(/, version 1/).waitFor();
  await page.getByLabel('What the client printed').fill(`${'x'.repeat(1600)} nothing that anybody knows`);
  await button(page, 'Find its origin').click();
  await page.getByText('Reeve does not know this message').waitFor();
  expect(page.url()).not.toContain('xxx');
  await page.reload();
  await page.getByText('Reeve does not know this message').waitFor();
});

test('whoever was stopped reads the rule, the reason and whom to ask, after signing in', async () => {
  const { items } = await example.organisation.owner.api.policies.list({});
  const policy = items.find(({ name }) => name === 'Nothing leaves');
  await example.organisation.assign([], policy?.id ?? '');
  const blocked = await openPage(example.browser);
  await blocked.goto(`/why/${policy?.number}.1.0`);
  await heading(blocked, 'Sign in').waitFor();
  await enterAs(blocked, member, example.organisation.origin);
  await blocked.goto(`/why/${policy?.number}.1.0`);
  await blocked.getByText('Codex does not run this command here').waitFor();
  await blocked.getByText('A person looks at what leaves the machine.').waitFor();
  expect(await blocked.getByRole('link', { name: 'platform@example.com' }).getAttribute('href')).toBe(
    'mailto:platform@example.com',
  );
  await blocked.getByText('Published now').waitFor();
  expect(await blocked.getByRole('link', { name: 'Nothing leaves' }).count()).toBe(0);
  await blocked.goto('/why/99.1.0');
  await blocked.getByText('There is no rule behind this link').waitFor();
  expect(example.browser.complaints.splice(0).join()).toContain('404');
});
