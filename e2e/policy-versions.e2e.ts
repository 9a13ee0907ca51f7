import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, dialog, heading } from './by-clicking.ts';
import {
  type ExampleOrganisation,
  enterAs,
  fillOrganisation,
  openExampleOrganisation,
} from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
let second: Person;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  await fillOrganisation(example);
  second = await example.organisation.addMember({ name: 'Barbara Liskov', role: 'owner' });
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
});
afterAll(() => example.close());

const ownApi = () => example.organisation.owner.api;
const publishDialog = () => dialog(page, /^(Publish|Ask for approval of) /);

async function published(name: string, contents: string): Promise<string> {
  const { id } = await example.organisation.addPolicy(name, contents);
  return id;
}

const saveDraft = (id: string, change: Record<string, unknown>) =>
  ownApi().policies.saveDraft({ id, expectedDraft: null, ...change });

async function open(id: string, search = '', as: Person = example.organisation.owner): Promise<void> {
  await page.context().clearCookies();
  await enterAs(page, as, example.organisation.origin);
  await page.goto(`/policies/${id}${search}`);
  await page.getByRole('tab', { name: 'Document' }).waitFor();
}

test('publishing shows who gets what and asks why', async () => {
  const found = (await ownApi().policies.list({})).items.find(({ name }) => name === 'Engineering');
  const id = found?.id ?? '';
  await open(id, '?view=toml');
  await page.getByRole('textbox', { name: 'requirements.toml' }).click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('# Agreed on Tuesday.\n');
  // What is written need not be saved first.
  await button(page, 'Review and publish').click();
  const review = publishDialog();
  await review.getByText(/2 members get\s+a new version of\s+Engineering/).waitFor();
  await review.getByText('# Agreed on Tuesday.').waitFor();
  await review.getByRole('button', { name: 'Publish policy' }).click();
  await review.getByText('Say in a sentence why this changes.').waitFor();
  await review.getByLabel('Message').fill('Agreed with security.');
  await review.getByRole('button', { name: 'Publish policy' }).click();
  await page.getByText('Engineering is published as version 2.').waitFor();
  await page.getByText(/Version 2, published just now/).waitFor();
  expect(await button(page, 'Review and publish').getAttribute('aria-disabled')).toBe('true');
});

test('a red test blocks publishing, in words', async () => {
  const id = await published('Guarded', 'allowed_web_search_modes = ["cached"]\n');
  const test = {
    kind: 'setting',
    groupId: null,
    key: 'allowed_web_search_modes',
    expect: 'lacks',
    value: '"live"',
  } as const;
  await saveDraft(id, { contents: 'allowed_web_search_modes = ["live"]\n', tests: [test] });
  await open(id);
  await button(page, 'Review and publish').click();
  const review = publishDialog();
  await review.getByText('It cannot be published now').waitFor();
  await review.getByText('1 policy test fails.').waitFor();
  expect(await review.getByRole('button', { name: 'Publish policy' }).isDisabled()).toBe(true);
});

test('two versions stand beside each other, and an old one comes back as a draft', async () => {
  const id = await published('Historic', '# first\nallow_managed_hooks_only = true\n');
  await example.organisation.changePolicy(id, { contents: '# second\nallow_managed_hooks_only = false\n' });
  await open(id, '?tab=versions');
  const versions = page.getByRole('list', { name: 'Versions' });
  await versions.getByText('Members get this one').waitFor();
  await versions.getByText('The first version.').waitFor();
  await page.getByRole('radio', { name: 'Version 1 on the left' }).check();
  await page.getByRole('radio', { name: 'Version 2 on the right' }).check();
  await button(page, 'Compare').click();
  await heading(page, 'Historic').waitFor();
  await expect.poll(() => page.url()).toMatch(/before=1/);
  expect(await page.getByRole('textbox', { name: 'requirements.toml: Version 1' }).innerText()).toContain('# first');
  expect(await page.getByRole('textbox', { name: 'requirements.toml: Version 2' }).innerText()).toContain('# second');
  await page.reload();
  await page.getByRole('textbox', { name: 'requirements.toml: Version 2' }).waitFor();

  await button(page, 'Restore version 1 as draft').click();
  await dialog(page, 'Restore version 1 as draft?').getByRole('button', { name: 'Restore as draft' }).click();
  await page.getByText('Version 1 is the draft now.').waitFor();
  await page.getByText('You see a draft; members get the published version').waitFor();
  const policy = await ownApi().policies.get({ id });
  expect(policy.draft?.contents).toContain('# first');
  expect(policy.revision).toBe(2);
  await button(page, 'Discard draft').click();
  await dialog(page, 'Discard this draft?').getByRole('button', { name: 'Discard draft' }).click();
  await page.getByText('The draft was discarded.').waitFor();
});

test('a second person approves, declines with a reason, and authors only withdraw', async () => {
  await ownApi().policies.protection.update({ secondApprover: true });
  onTestFinished(async () => void (await ownApi().policies.protection.update({ secondApprover: false })));
  const { id } = await ownApi().policies.create({ name: 'Watched', contents: '# first\n' });
  const ask = async () => {
    await open(id);
    await button(page, 'Review and publish').click();
    const review = publishDialog();
    await review.getByLabel('Message').fill('Please look.');
    await review.getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByText('This draft waits for a second person').waitFor();
  };
  await ask();
  expect(await button(page, 'Review and approve').count()).toBe(0);
  await button(page, 'Withdraw').click();
  await button(page, 'Withdraw request').click();
  await page.getByText('The request was withdrawn.').waitFor();

  await ask();
  await open(id, '', second);
  await button(page, 'Decline').click();
  const declined = dialog(page, 'Decline this draft?');
  await declined.getByRole('button', { name: 'Decline' }).click();
  await declined.getByText('Say in a sentence why not.').waitFor();
  await declined.getByLabel('Reason').fill('Not on a Friday.');
  await declined.getByRole('button', { name: 'Decline' }).click();
  await page.getByText('The request was declined.').waitFor();

  await ask();
  await open(id, '', second);
  await button(page, 'Review and approve').click();
  const approval = dialog(page, 'Approve and publish Watched');
  await approval.getByText('Please look.').waitFor();
  await approval.getByRole('button', { name: 'Approve and publish' }).click();
  await page.getByText('Watched is published as version 1.').waitFor();
  const { items } = await ownApi().policies.versions.list({ id });
  expect(items[0]?.approvedBy).toContain('Barbara Liskov');
});

test('while policies are frozen drafts are written and nothing is published', async () => {
  const id = await published('Held', '# first\n');
  await saveDraft(id, { contents: '# second\n' });
  await ownApi().policies.protection.freeze({ because: 'Incident 7.' });
  onTestFinished(async () => void (await ownApi().policies.protection.unfreeze({})));
  await open(id);
  await page.getByText('All policies are frozen').waitFor();
  await button(page, 'Review and publish').click();
  const review = publishDialog();
  await review.getByText('It cannot be published now').first().waitFor();
  expect(await review.getByRole('button', { name: 'Publish policy' }).isDisabled()).toBe(true);
});
