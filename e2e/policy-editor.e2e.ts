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
});
afterAll(() => example.close());

const ownApi = () => example.organisation.owner.api;
const editor = () => page.getByRole('textbox', { name: 'requirements.toml' });
const tab = (name: string | RegExp) => page.getByRole('tab', { name });
const view = (name: 'Form' | 'TOML') => page.getByRole('radiogroup', { name: 'View' }).getByText(name, { exact: true });
const row = (key: string) => page.getByRole('region', { name: key, exact: true });
const isChecked = () => page.getByText(/^(Every client accepts|One error|\d+ errors)/).waitFor();

/** A draft of its own for a test. @returns its id */
async function writeDraft(name: string, contents: string, more: Record<string, unknown> = {}): Promise<string> {
  const { id } = await ownApi().policies.create({ name, contents, ...more });
  return id;
}

async function openPolicy(id: string, search = ''): Promise<void> {
  await page.goto(`/policies/${id}${search}`);
  await tab('Document').waitFor();
}

/** What is written in the draft of a policy, as the server has it. */
const contentsOf = async (id: string) => (await ownApi().policies.get({ id })).draft?.contents;

async function saveDraft(): Promise<void> {
  await button(page, 'Save draft').click();
  await page.getByText('The draft is saved.').last().waitFor();
}

test('a template becomes a draft; form and text are the same document', async () => {
  await page.goto('/policies');
  await link(page, 'Write a policy').first().click();
  await heading(page, 'Write a policy').waitFor();
  await page.getByRole('radio', { name: /Read-only reviewers/ }).click();
  await expect.poll(() => page.url()).toContain('template=');
  await page.getByRole('region', { name: 'requirements.toml' }).getByText('read-only').first().waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Interns');
  await button(page, 'Create draft').click();
  await heading(page, 'Interns').waitFor();
  await page.getByText('This is a draft that nobody gets').waitFor();

  await page.getByRole('searchbox', { name: 'Search keys' }).fill('managed hooks');
  await row('allow_managed_hooks_only').getByText('On', { exact: true }).click();
  await view('TOML').click();
  await expect.poll(() => editor().innerText()).toContain('allow_managed_hooks_only = true');
  await saveDraft();
  await page.reload();
  await expect.poll(() => editor().innerText()).toContain('allow_managed_hooks_only = true');
});

test('what a form changes is written between what stays: comments, order and unknown keys', async () => {
  const text = `# Ours since 2024.
somebody_elses_key = 1  # for another tool

allowed_sandbox_modes = [ "read-only" ]  # spaced on purpose

[[rules.prefix_rules]]
pattern = [{ token = "git" }, { any_of = ["push", "commit"] }]
decision = "prompt"
justification = "Look first."
`;
  const id = await writeDraft('Lossless', text);
  await openPolicy(id);
  await row('Keys clients do not know').getByText('somebody_elses_key = 1').waitFor();
  const words = page.getByRole('textbox', { name: 'Command starts with, rule 1' });
  expect(await words.inputValue()).toBe('git push|commit');
  await choose(page, 'Decision, rule 1', /Forbid/);
  await words.fill('git push');
  // The field still has the focus: what was typed counts all the same.
  await saveDraft();
  const saved = await contentsOf(id);
  expect(saved).toContain('# Ours since 2024.\nsomebody_elses_key = 1  # for another tool\n');
  expect(saved).toContain('allowed_sandbox_modes = [ "read-only" ]  # spaced on purpose\n');
  expect(saved).toMatch(/decision = "forbidden"\njustification = "Look first\."\n/);
  expect(saved).not.toContain('commit');
});

test('lists keep their order, and the first entry is named as the fallback', async () => {
  const id = await writeDraft('Ordered', 'allowed_approval_policies = ["untrusted", "on-request"]\n');
  await openPolicy(id);
  const approvals = row('allowed_approval_policies');
  await approvals.getByRole('listitem').filter({ hasText: 'Fallback' }).filter({ hasText: 'untrusted' }).waitFor();
  await button(page, 'Move on-request up').click();
  await approvals.getByRole('listitem').filter({ hasText: 'Fallback' }).filter({ hasText: 'on-request' }).waitFor();
  await choose(page, 'Add to allowed_approval_policies', 'never');
  await saveDraft();
  expect(await contentsOf(id)).toBe('allowed_approval_policies = ["on-request", "untrusted", "never"]\n');
});

test('diagnostics stand at the field and at the line, and their fix is one click', async () => {
  const id = await writeDraft('Broken', 'allowed_sandbox_modes = ["workspace-write"]\n');
  await openPolicy(id);
  await row('allowed_sandbox_modes')
    .getByText(/must contain "read-only"/)
    .waitFor();
  await button(page, 'Line 1, column 25').click();
  await editor().waitFor();
  await expect.poll(() => page.url()).toContain('view=toml');
  await expect.poll(() => page.evaluate('document.activeElement.className')).toContain('cm-content');
  await button(page, 'Add "read-only"').click();
  await page.getByText('Every client accepts this document').waitFor();
  expect(await editor().innerText()).toContain('read-only');
});

test('the text editor completes keys and values and says what they are', async () => {
  const id = await writeDraft('Completed', '\n[features]\n');
  await openPolicy(id, '?view=toml');
  await editor().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('allowed_sand');
  await page.getByRole('option', { name: /^allowed_sandbox_modes/ }).click();
  await expect.poll(() => editor().innerText()).toContain('allowed_sandbox_modes = [""]');
  await page.keyboard.press('Control+Space');
  await page.getByRole('option', { name: /read-only/ }).click();
  await expect.poll(() => editor().innerText()).toContain('allowed_sandbox_modes = ["read-only"]');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('browser_us');
  await page.getByRole('option', { name: /^browser_use\s*since/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.cm-line').first().getByText('allowed_sandbox_modes').hover();
  await page.getByText('Which sandbox modes members may choose').waitFor();
});

test('a draft outlives a reload, and says so when somebody else saved meanwhile', async () => {
  const id = await writeDraft('Contested', '# theirs\n');
  await openPolicy(id, '?view=toml');
  await editor().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('# mine\n');
  await isChecked();
  await ownApi().policies.saveDraft({ id, expectedDraft: 1, contents: '# theirs, later\n' });
  await page.reload();
  await page.getByText('Somebody changed this policy meanwhile').waitFor();
  expect(await editor().innerText()).toContain('# mine');
  expect(await button(page, 'Save draft').isDisabled()).toBe(true);
  await button(page, 'Keep mine and replace theirs').click();
  await saveDraft();
  expect(await contentsOf(id)).toBe('# mine\n# theirs\n');
});

test('somebody saved while this page was open: the save says so and nothing is lost', async () => {
  const id = await writeDraft('Raced', '# theirs\n');
  await openPolicy(id, '?tab=settings');
  await page.getByLabel('Contact', { exact: true }).fill('#mine');
  await ownApi().policies.saveDraft({ id, expectedDraft: 1, contact: '#theirs' });
  await button(page, 'Save draft').click();
  await page.getByText('Somebody changed this policy meanwhile').waitFor();
  expect(await page.getByLabel('Contact', { exact: true }).inputValue()).toBe('#mine');
  await button(page, 'Take theirs and discard mine').click();
  await expect.poll(() => page.getByLabel('Contact', { exact: true }).inputValue()).toBe('#theirs');
  example.browser.complaints.splice(0);
});

test('defaults are a document of their own, and a text that is no TOML has no form until it is put right', async () => {
  const id = await writeDraft('Started', '', { defaults: 'model = "corp-model"\n' });
  await openPolicy(id, '?tab=defaults');
  await row('model').getByRole('textbox', { name: 'model' }).fill('other-model');
  await page.keyboard.press('Tab');
  await view('TOML').click();
  const defaults = page.getByRole('textbox', { name: 'config.toml defaults' });
  await expect.poll(() => defaults.innerText()).toContain('model = "other-model"');
  await defaults.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('sandbox_mode = ');
  await view('Form').click();
  await page.getByText('The document cannot be read, so there is no form').waitFor();
  await view('TOML').click();
  await defaults.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText('"read-only"');
  await view('Form').click();
  await row('sandbox_mode').waitFor();
  await saveDraft();
  const { draft } = await ownApi().policies.get({ id });
  expect(draft?.defaults).toBe('model = "other-model"\nsandbox_mode = "read-only"');
});

test('an imported file is read into a draft, with what became of it', async () => {
  await page.goto('/policies/new');
  await page.getByLabel('Text to import').fill('<html>no policy</html>');
  await button(page, 'Read this text').click();
  await page.getByText('This is XML, but not a property list').waitFor();
  expect(await page.getByLabel('Text to import').inputValue()).toBe('<html>no policy</html>');
  // The browser logs every refusal.
  example.browser.complaints.splice(0);
  await page
    .getByLabel('Text to import')
    .fill('approval_policy = "on-request"\nallowed_sandbox_modes = ["read-only"]\n');
  await button(page, 'Read this text').click();
  await page.getByText('The file was read').waitFor();
  await page.reload();
  await page.getByText('The file was read').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Imported');
  await button(page, 'Create draft').click();
  await heading(page, 'Imported').waitFor();
  await row('allowed_sandbox_modes').getByText('read-only').first().waitFor();
});

test('tests run while one writes, and a command can be tried', async () => {
  const id = await writeDraft(
    'Tested',
    `allowed_web_search_modes = ["cached", "live"]
[[rules.prefix_rules]]
pattern = [{ token = "git" }, { token = "push" }]
decision = "prompt"
justification = "Look first."
`,
  );
  await openPolicy(id, '?tab=tests');
  const form = page.getByRole('form', { name: 'Add a test' });
  await form.getByLabel('Command', { exact: true }).fill('git push origin main');
  await form.getByRole('button', { name: 'Add test' }).click();
  await page.getByText('The test passes.').waitFor();
  await form.getByText('A setting', { exact: true }).click();
  await form.getByLabel('Setting', { exact: true }).fill('allowed_web_search_modes');
  await form.getByLabel('Value as TOML').fill('"live"');
  await form.getByRole('button', { name: 'Add test' }).click();
  await page.getByText(/^1 test fails/).waitFor();
  await page.getByLabel('Command line').fill('git status && git push');
  await button(page, 'Try').click();
  const parts = page.getByRole('list', { name: 'Parts of the command line' }).getByRole('listitem');
  await parts.filter({ hasText: 'Rule 1 matches' }).filter({ hasText: 'Look first.' }).waitFor();
  await parts.filter({ hasText: 'git status' }).filter({ hasText: 'No rule' }).waitFor();
  await saveDraft();
  expect((await ownApi().policies.get({ id })).draft?.tests).toHaveLength(2);
});

test('who may only see policies reads the same page and changes nothing', async () => {
  const { organisation } = example;
  const { id: roleId } = await ownApi().roles.create({ name: 'Policy reader', permissions: ['policies.read'] });
  const reader = await organisation.addMember({ name: 'Hedy Lamarr' });
  await ownApi().directory.members.setRoles({ id: reader.memberId, roleIds: [roleId] });
  const id = await writeDraft('Read', 'allow_managed_hooks_only = true\n', { contact: '#help' });
  await page.context().clearCookies();
  await enterAs(page, reader, organisation.origin);
  await openPolicy(id);
  await row('allow_managed_hooks_only').waitFor();
  expect(await button(page, 'Review and publish').getAttribute('aria-disabled')).toBe('true');
  await view('TOML').click();
  expect(await editor().getAttribute('aria-readonly')).toBe('true');
  await tab('Settings').click();
  expect(await page.getByLabel('Contact', { exact: true }).getAttribute('readonly')).not.toBeNull();
  expect(await button(page, 'Delete policy').count()).toBe(0);
  await page.goto('/policies/new');
  await page.getByText('Your roles let you see policies, not write them.').waitFor();
});

test('a draft that nobody got is deleted by its name', async () => {
  const id = await writeDraft('Mistake', '');
  await openPolicy(id, '?tab=settings');
  await button(page, 'Delete policy').click();
  const asked = dialog(page, 'Delete Mistake?');
  await asked.getByLabel('Type Mistake to confirm').fill('Mistake');
  await asked.getByRole('button', { name: 'Delete policy' }).click();
  await heading(page, 'Policies').waitFor();
  await goTo(page, 'Policies');
  await expect.poll(() => link(page, 'Mistake').count()).toBe(0);
});
