import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptChanges } from '#server/cloud/attempts/changes.ts';
import { newId } from '#server/crypto/ids.ts';
import { plainEnvironment } from '#testing/environment-tests.ts';
import type { Person } from '#testing/organisation.ts';
import { seedRepository } from '#testing/seed-repository.ts';
import { button, dialog, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';
import { openPage } from './open-reeve.ts';
import { editor, openAs, write } from './team-config.ts';

let example: ExampleOrganisation;
let grace: Person;
let groupId: string;
let repositoryId: string;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  const { organisation, reeve } = example;
  await organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true, agentInternetAllowed: true });
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  groupId = (await organisation.addGroup('Engineering', [organisation.owner, grace])).id;
  repositoryId = await seedRepository(reeve.services.db, { workspaceId: organisation.workspaceId });
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
});
afterAll(() => example.close());

const ownApi = () => example.organisation.owner.api;
const tab = (name: RegExp | string) => page.getByRole('tab', { name });
const made = (label: string, more: Parameters<typeof plainEnvironment>[1] = {}) =>
  // No runner has this label, so that nothing runs which a test does not say.
  ownApi().environments.create(plainEnvironment([repositoryId], { label, runnerLabels: ['nowhere'], ...more }));

test('made from a name and a repository, tried, changed, and deleted by typing its name', async () => {
  await page.goto('/');
  await goTo(page, 'Environments');
  await page.getByText('No environment yet').waitFor();
  await link(page, 'New environment').first().click();
  await heading(page, 'New environment').waitFor();
  await button(page, 'Make environment').click();
  await page.getByText('Give the environment a name').first().waitFor();
  await page.getByText('Choose the repository that tasks work on.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Web shop');
  await page.getByRole('combobox', { name: 'Repositories' }).click();
  await page.getByRole('option', { name: 'acme/shop' }).click();
  await page.keyboard.press('Escape');
  await write(page, 'Set-up script', 'npm ci\nnpm run build');
  // What was typed outlives a reload.
  await page.reload();
  await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('Web shop');
  expect(await editor(page, 'Set-up script').innerText()).toContain('npm run build');
  await button(page, 'Make environment').click();
  await page.getByText('Web shop is there. Try it before you give it a task.').waitFor();
  await heading(page, 'Web shop').waitFor();
  await page.getByText('You have not tried it yet.').waitFor();

  await tab('Set-up').click();
  await page.getByLabel('Description').fill('The shop and its back office.');
  await tab('Machine and cache').click();
  await page.getByRole('radio', { name: /^Large/ }).check();
  await page.getByText('2 changes are not saved yet').waitFor();
  await button(page, 'Save environment').click();
  await page.getByText('Web shop is saved.').waitFor();
  const [saved] = (await ownApi().environments.list({})).items;
  expect(saved).toMatchObject({ machineSize: 'large', setupScript: 'npm ci\nnpm run build', revision: 2 });

  await button(page, 'Reset the cache').click();
  await dialog(page, /^Reset the cache/)
    .getByRole('button', { name: 'Reset the cache' })
    .click();
  await page.getByText('Nothing was kept').waitFor();
  await button(page, 'Delete').click();
  const question = dialog(page, 'Delete Web shop?');
  expect(await question.getByRole('button', { name: 'Delete environment' }).isDisabled()).toBe(true);
  await question.getByLabel(/to confirm/).fill('Web shop');
  await question.getByRole('button', { name: 'Delete environment' }).click();
  await page.getByText('No environment yet').waitFor();
});

test('variables are saved with the rest; a secret by itself, and never shown again', async () => {
  const { id } = await made('Secrets');
  await page.goto(`/codex/environments/${id}?tab=secrets`);
  await button(page, 'Add a variable').click();
  await page.getByLabel('Name of variable 1').fill('2nd');
  await page.getByLabel('Value of 2nd').fill('x');
  await button(page, 'Save environment').click();
  await page.getByText('2nd: Is no name of an environment variable.').first().waitFor();
  await page.getByLabel('Name of variable 1').fill('CI');
  await button(page, 'Save environment').click();
  await page.getByText('Secrets is saved.').waitFor();

  await button(page, 'Add a secret').click();
  const asked = dialog(page, 'Add a secret');
  await asked.getByLabel('Name', { exact: true }).fill('NPM_TOKEN');
  await asked.getByLabel('Secret', { exact: true }).fill('hush-hush');
  await asked.getByRole('button', { name: 'Save secret' }).click();
  await page.getByText('NPM_TOKEN is saved.').waitFor();
  const list = page.getByRole('list', { name: 'Secrets' });
  await list.getByText('by Ada Lovelace').waitFor();
  await page.reload();
  await list.getByText('NPM_TOKEN').waitFor();
  expect(await page.content()).not.toContain('hush');
  await button(page, 'Delete NPM_TOKEN').click();
  await dialog(page, 'Delete NPM_TOKEN?').getByRole('button', { name: 'Delete secret' }).click();
  await page.getByText('No secret is saved.').waitFor();
});

test('internet access: the preset in full, one’s own domains, and what was refused put on the list', async () => {
  const { id } = await made('Internet');
  const { db } = example.reeve.services;
  const facts = { workspace_id: example.organisation.workspaceId, environment_id: id, attempt_id: 'att_of_nobody' };
  const taken = await ownApi().environments.try({ id });
  await db
    .insertInto('cloud_egress')
    .values({
      ...facts,
      id: newId('egr'),
      attempt_id: taken.attemptId,
      at: new Date(),
      phase: 'agent',
      method: 'GET',
      host: 'files.example.org',
      port: 443,
      path: '/pack',
      is_allowed: false,
      rule: 'domain-not-listed',
      address: null,
      status: null,
      sent_bytes: 0,
      received_bytes: 0,
    })
    .execute();
  await page.goto(`/codex/environments/${id}?tab=internet`);
  await page.getByRole('switch', { name: 'Agents may reach the internet' }).click();
  await page.getByRole('radio', { name: /^Common dependencies/ }).check();
  await button(page, 'Show the 71 domains').click();
  const common = page.getByRole('list', { name: 'Common dependencies' });
  await expect.poll(() => common.getByRole('listitem').count()).toBe(71);
  await common.getByText('yarnpkg.com', { exact: true }).waitFor();
  const own = page.getByRole('combobox', { name: 'Domains that I list' });
  await own.fill('10.0.0.1');
  await own.press('Enter');
  await page.getByText('“10.0.0.1” is no domain such as pypi.org').waitFor();
  await own.fill('*.Example.com');
  await own.press('Enter');
  await page.getByText('files.example.org', { exact: true }).waitFor();
  await button(page, 'Add to the list: files.example.org').click();
  await page.getByText('on the list', { exact: true }).waitFor();
  await button(page, 'Save environment').click();
  await page.getByText('Internet is saved.').waitFor();
  expect((await ownApi().environments.get({ id })).internet).toEqual({
    isOn: true,
    preset: 'common-dependencies',
    domains: ['example.com', 'files.example.org'],
    methods: 'safe',
  });
  expect(await lookForBarriers(page)).toEqual([]);
});

test('somebody else’s save is told before it is overwritten', async () => {
  const { id, revision } = await made('Together');
  await page.goto(`/codex/environments/${id}`);
  await page.getByLabel('Description').fill('Mine.');
  const theirs = plainEnvironment([repositoryId], { label: 'Together', description: 'Theirs.', timeLimitMinutes: 5 });
  await ownApi().environments.update({ ...theirs, id, revision });
  await button(page, 'Save environment').click();
  await page.getByText('Somebody saved this environment while you were writing').waitFor();
  expect(example.browser.complaints.splice(0).join()).toContain('status of 409');
  await button(page, 'Keep mine over theirs').click();
  await button(page, 'Save environment').click();
  await page.getByText('Together is saved.').waitFor();
  expect(await ownApi().environments.get({ id })).toMatchObject({ description: 'Mine.', timeLimitMinutes: 5 });
});

test('whoever it is shared with uses and pins it, reads it, and changes nothing', async () => {
  const { id } = await made('Ours');
  await made('Aardvark', { sharing: 'workspace' });
  await page.goto(`/codex/environments/${id}?tab=sharing`);
  await page.getByRole('radio', { name: /^Groups/ }).check();
  await button(page, 'Save environment').click();
  await page.getByText('Choose at least one group, or share with nobody.').first().waitFor();
  await page.getByRole('combobox', { name: 'Groups' }).click();
  await page.getByRole('option', { name: 'Engineering' }).click();
  await page.keyboard.press('Escape');
  await button(page, 'Save environment').click();
  await page.getByText('Ours is saved.').waitFor();
  expect((await ownApi().environments.get({ id })).groupIds).toEqual([groupId]);

  const { origin } = example.organisation;
  await openAs(page, grace, { origin, address: '/codex/environments' });
  const rows = page.getByRole('table', { name: 'Environments' }).getByRole('link');
  await expect.poll(() => rows.allInnerTexts()).toEqual(['Aardvark', 'Ours']);
  await button(page, 'Pin Ours').click();
  await expect.poll(() => rows.allInnerTexts()).toEqual(['Ours', 'Aardvark']);
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });
  await link(page, 'Ours').click();
  await page.getByText('Ada Lovelace made it and shares it with you.').waitFor();
  expect(await page.getByLabel('Name', { exact: true }).isEditable()).toBe(false);
  expect(await button(page, 'Delete').count()).toBe(0);
  await tab('Variables and secrets').click();
  await page.getByText('No secret is saved.').waitFor();
  expect(await button(page, 'Add a secret').count()).toBe(0);
});

test('a try waits for a runner, shows its log as it grows, and how it ended', async () => {
  const { id } = await made('Tried', { sharing: 'workspace' });
  await page.goto(`/codex/environments/${id}?tab=try`);
  await button(page, 'Try it').click();
  await page.getByText('No runner fits this environment at this moment. It waits for one.').waitFor();
  const { lastTry } = await ownApi().environments.get({ id });
  if (!lastTry) throw new Error('nothing was tried');
  const { attemptId } = lastTry;
  const { db, secrets } = example.reeve.services;
  const attempts = db.updateTable('cloud_attempts').where('id', '=', attemptId);
  const say = async (seq: number, text: string) => {
    await db
      .insertInto('cloud_log')
      .values({
        attempt_id: attemptId,
        seq,
        workspace_id: example.organisation.workspaceId,
        at: new Date(),
        kind: 'output',
        phase: 'setup',
        item: null,
        exit_code: null,
        sealed_text: await secrets.seal(text, `cloud_log/${attemptId}/${seq}`),
      })
      .execute();
    attemptChanges.emit('changed', { attemptId });
  };
  await attempts.set({ state: 'setting-up', epoch: 1, claimed_at: new Date() }).execute();
  await say(1, 'added 214 packages');
  await page.getByText('added 214 packages').waitFor();
  // Left, and found again.
  await page.goto('/codex/environments');
  await link(page, 'Tried').click();
  await tab(/^Try it/).click();
  await page.getByText('added 214 packages').waitFor();
  await say(2, 'npm error code ELIFECYCLE');
  await page.getByText('npm error code ELIFECYCLE').waitFor();
  await attempts
    .set({ state: 'failed', ending: 'setup-failed', detail: 'It ended with 1.', finished_at: new Date() })
    .execute();
  attemptChanges.emit('changed', { attemptId });
  await page.getByText('The set-up script failed; its log says where. It ended with 1.').first().waitFor();
  await page.getByRole('tab', { name: 'Try it: set-up fails' }).waitFor();
  expect(await button(page, 'Try it').isEnabled()).toBe(true);
  await page.goto('/codex/environments');
  await page.getByText('Set-up fails').first().waitFor();
});

test('off: what is there is read and deleted, and the page says who turns it on', async () => {
  const { id } = await made('Resting');
  await ownApi().workspace.updateSettings({ codexCloudEnabled: false });
  await page.goto('/codex/environments');
  await page.getByText('Codex cloud is off in this workspace').first().waitFor();
  expect(await link(page, 'New environment').count()).toBe(0);
  await page.goto(`/codex/environments/${id}?tab=try`);
  expect(await button(page, 'Try it').isDisabled()).toBe(true);
  await button(page, 'Delete').click();
  await dialog(page, 'Delete Resting?')
    .getByLabel(/to confirm/)
    .fill('Resting');
  await dialog(page, 'Delete Resting?').getByRole('button', { name: 'Delete environment' }).click();
  await page.getByText('Resting was deleted.').waitFor();
  await ownApi().workspace.updateSettings({ codexCloudEnabled: true });
});
