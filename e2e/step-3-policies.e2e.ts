import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, test } from 'vitest';
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

test('a policy is written, published, assigned, and look-up says who gets it and why', async () => {
  await goTo(page, 'Policies');
  await link(page, 'Write a policy').first().click();
  await page.getByRole('radio', { name: /^Locked-down contractors/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Red team');
  await button(page, 'Create draft').click();
  await heading(page, 'Red team').waitFor();
  await button(page, 'Review and publish').click();
  const review = dialog(page, 'Publish Red team');
  await review.getByText('Nobody gets another policy.').waitFor();
  await review.getByLabel('Message').fill('For the exercise in May.');
  await review.getByRole('button', { name: 'Publish policy' }).click();
  await page.getByText('Red team is published as version 1.').waitFor();

  const { api } = example.organisation.owner;
  const policies = (await api.policies.list({})).items;
  const idOf = (name: string) => policies.find((one) => one.name === name)?.id ?? '';
  const { items, fallbackPolicyId } = await api.policies.assignments({});
  const rules = items.map(({ groupId, groupName, policyId }) => ({
    groupId,
    policyId: groupName === 'Engineering' ? idOf('Red team') : policyId,
  }));
  await example.organisation.assign(rules, fallbackPolicyId);
  await page.goto('/policies/look-up?email=grace.hopper@example.com');
  await page
    .getByText(/gets\s+Red team/)
    .first()
    .waitFor();
  await page.goto(`/policies/${idOf('Red team')}`);
  await page.getByText('Applies to 2 members: Engineering.').waitFor();
});

test('publishing reaches those whom the policy is for, and says so before', async () => {
  await goTo(page, 'Policies');
  await link(page, 'Red team').first().click();
  await heading(page, 'Red team').waitFor();
  await page.getByRole('searchbox', { name: 'Search keys' }).fill('remote control');
  await page.getByRole('region', { name: 'allow_remote_control' }).getByText('On', { exact: true }).click();
  await button(page, 'Review and publish').click();
  const review = dialog(page, 'Publish Red team');
  await review.getByText(/2 members get\s+a new version of\s+Red team/).waitFor();
  await review.getByLabel('Message').fill('They work from the train.');
  await review.getByRole('button', { name: 'Publish policy' }).click();
  await page.getByText('Red team is published as version 2.').waitFor();
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page.getByText('They work from the train.').waitFor();
});
