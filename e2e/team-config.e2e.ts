import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, choose, dialog, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';
import { config, editor, openAs, published, runCopied, scratchFolder, write } from './team-config.ts';

let example: ExampleOrganisation;
let second: Person;
let member: Person;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  const { organisation } = example;
  second = await organisation.addMember({ name: 'Barbara Liskov', role: 'owner' });
  member = await organisation.addMember({ name: 'Grace Hopper' });
  await organisation.addGroup('Engineering', [member]);
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
});
afterAll(() => example.close());

const open = (person: Person, address: string) =>
  openAs(page, person, { origin: example.organisation.origin, address });
const ownApi = () => example.organisation.owner.api;

test('from a starter over an error to a version that a member takes in', async () => {
  await page.goto('/team-config');
  await page.getByText('No bundle yet').waitFor();
  await link(page, 'New bundle').first().click();
  await heading(page, 'New bundle').waitFor();
  await page.getByRole('radio', { name: /^Python/ }).check();
  await page.getByRole('heading', { name: 'What it starts with' }).waitFor();
  await page.getByLabel('Name').fill('Python jobs');
  expect(await page.getByLabel('Address').inputValue()).toBe('python-jobs');
  await button(page, 'Create draft').click();
  await heading(page, 'Python jobs').waitFor();

  await button(page, 'Add').click();
  await page.getByRole('menuitem', { name: 'Add a rules file' }).click();
  await dialog(page, 'Add a rules file').getByLabel('Name of the file').fill('jobs');
  await button(page, 'Add a rules file').click();
  const rules = '.codex/rules/jobs.rules';
  const good = await editor(page, rules).innerText();
  await write(page, rules, 'prefix_rule(\n    pattern = ["git", "push"],\n    decision = "perhaps",\n)\n');
  const findings = page.getByRole('list', { name: 'Findings' });
  await findings.getByText('Error').first().waitFor();
  await page.getByRole('navigation', { name: 'Files' }).getByText('1 error').waitFor();
  await findings
    .getByRole('button', { name: new RegExp(`^${rules}`) })
    .first()
    .click();
  await expect.poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(rules);
  await button(page, 'Save draft').click();
  await page.getByText('The draft is saved.').waitFor();
  await button(page, 'Review and publish').click();
  const review = dialog(page, 'Publish Python jobs');
  await review.getByText('It cannot be published now').waitFor();
  expect(await review.getByRole('button', { name: 'Publish bundle' }).isDisabled()).toBe(true);
  await review.getByRole('button', { name: 'Cancel' }).click();

  await write(page, rules, good);
  await expect.poll(() => page.getByText('Error', { exact: true }).count()).toBe(0);
  await button(page, 'Review and publish').click();
  await review.getByText('No group subscribes, so no member is told.').waitFor();
  await review.getByRole('button', { name: 'Publish bundle' }).click();
  await review.getByText('Say in a sentence what changes.').waitFor();
  await review.getByLabel('Message').fill('The beginning.');
  await review.getByRole('button', { name: 'Publish bundle' }).click();
  await page.getByText('Python jobs is published as version 1.').waitFor();

  await page.getByRole('tab', { name: /^Groups/ }).click();
  await button(page, 'Add a group').click();
  await choose(page, 'Group', 'Engineering');
  await page.getByText('1 member is offered version 1').waitFor();
  await button(page, 'Add group').click();
  await page.getByText('Engineering subscribes to Python jobs now.').waitFor();

  await open(member, '/connect');
  const shared = page.getByRole('region', { name: 'Team Config of your groups' });
  await shared.getByText('Python jobs').waitFor();
  const { token } = await member.api.identity.createAccessToken({
    kind: 'personal-access-token',
    name: 'Mine',
    expiresInDays: 1,
  });
  const cwd = await scratchFolder();
  await runCopied(example, { command: await shared.locator('pre').innerText(), cwd, key: token });
  expect((await readFile(join(cwd, rules), 'utf8')).trim()).toBe(good.trim());
  const paths = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
  expect(paths).not.toContain('Team Config');
});

test('nobody publishes what they wrote where two people are asked', async () => {
  await page.goto('/team-config');
  await page.getByRole('switch', { name: 'Publishing a bundle takes a second person' }).click();
  await button(page, 'Ask for a second person').click();
  await page.getByText('Publishing a bundle takes two people now.').waitFor();
  onTestFinished(async () => void (await ownApi().teamConfig.setReviewRule({ secondApprover: false })));
  const { id } = await published(example.organisation.owner, 'Watched');
  await ownApi().teamConfig.saveDraft({ id, expectedDraft: null, files: [config('model = "corp-model"\n')] });
  const ask = async () => {
    await open(example.organisation.owner, `/team-config/${id}`);
    await button(page, 'Request review').click();
    const request = dialog(page, 'Request a review of Watched');
    await request.getByLabel('Message').fill('Please look.');
    await request.getByRole('button', { name: 'Request review' }).click();
    await page.getByText('This draft waits for a second person').waitFor();
  };
  await ask();
  expect(await button(page, 'Review and approve').count()).toBe(0);
  await button(page, 'Withdraw').click();
  await button(page, 'Withdraw request').click();
  await page.getByText('The request was withdrawn.').waitFor();

  await ask();
  await open(second, `/team-config/${id}`);
  await button(page, 'Decline').click();
  const declined = dialog(page, 'Decline this draft?');
  await declined.getByRole('button', { name: 'Decline' }).click();
  await declined.getByText('Say in a sentence why not.').waitFor();
  await declined.getByLabel('Reason').fill('Not on a Friday.');
  await declined.getByRole('button', { name: 'Decline' }).click();
  await page.getByText('The draft was declined.').waitFor();

  await ask();
  await open(second, '/team-config');
  await page
    .getByRole('row', { name: /Watched/ })
    .getByText('In review')
    .waitFor();
  await link(page, 'Watched').click();
  await button(page, 'Review and approve').click();
  const approval = dialog(page, 'Approve and publish Watched');
  await approval.getByText('Please look.').waitFor();
  await approval.getByRole('button', { name: 'Approve and publish' }).click();
  await page.getByText('Watched is published as version 1.').waitFor();
  const { items } = await ownApi().teamConfig.versions({ id });
  expect(items[0]?.approvedBy).toContain('Barbara Liskov');
});

test('who may read and not write sees everything and why nothing can be changed', async () => {
  const { organisation } = example;
  const reader = await organisation.addMember({ name: 'Tony Hoare' });
  const role = await ownApi().roles.create({ name: 'Config reader', permissions: ['team-config.read'] });
  const readers = await organisation.addGroup('Readers', [reader]);
  await ownApi().roles.setOfGroup({ id: readers.id, roleIds: [role.id] });
  const { id } = await published(example.organisation.owner, 'Read only', '# first\n');
  await open(reader, '/team-config');
  const create = button(page, 'New bundle');
  expect(await create.getAttribute('aria-disabled')).toBe('true');
  await create.hover();
  await page.getByText('Your role may read Team Config and not change it.').waitFor();
  await page.goto(`/team-config/${id}`);
  await editor(page, '.codex/config.toml').getByText('# first').waitFor();
  expect(await editor(page, '.codex/config.toml').getAttribute('aria-readonly')).toBe('true');
  for (const name of ['Add', 'Rename', 'Delete', 'More actions']) expect(await button(page, name).count()).toBe(0);
  expect(await button(page, 'Review and publish').getAttribute('aria-disabled')).toBe('true');
});
/** Presses Tab until this has the focus. */
async function tabTo(name: RegExp): Promise<void> {
  const focused =
    '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText ?? "").trim()';
  for (let presses = 0; presses < 80; presses += 1) {
    if (name.test(await page.evaluate<string>(focused))) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${name}`);
}

test('a change is written, checked and published with the keyboard alone', async () => {
  const { id } = await published(example.organisation.owner, 'By keyboard', '# first\n');
  await page.goto('/team-config?search=By%20keyboard');
  await link(page, 'By keyboard').waitFor();
  await tabTo(/^By keyboard$/);
  await page.keyboard.press('Enter');
  await heading(page, 'By keyboard').waitFor();
  await tabTo(/^\.codex\/config\.toml$/);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('# second');
  await tabTo(/^Save draft$/);
  await page.keyboard.press('Enter');
  await page.getByText('The draft is saved.').waitFor();
  await page.keyboard.press('Control+Home');
  await page.evaluate('document.querySelector("h1").focus()');
  await tabTo(/^Review and publish$/);
  await page.keyboard.press('Enter');
  const review = dialog(page, 'Publish By keyboard');
  await review.getByText('Nothing is wrong with these files.').waitFor();
  await expect.poll(() => review.getByRole('button', { name: 'Publish bundle' }).isEnabled()).toBe(true);
  for (let presses = 0; presses < 20; presses += 1) {
    if (await page.evaluate('document.activeElement.tagName === "TEXTAREA"')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.type('Second.');
  await tabTo(/^Publish bundle$/);
  await page.keyboard.press('Enter');
  await page.getByText('By keyboard is published as version 2.').waitFor();
  expect((await ownApi().teamConfig.get({ id })).files[0]?.content).toBe('# second');
});
