import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '#testing/browser.ts';
import { type GitOrganisation, openGitOrganisation } from '#testing/git-organisation.ts';
import type { Repository } from '#testing/servers/github/world.ts';
import { button, dialog } from './by-clicking.ts';
import { enterAs } from './example-organisation.ts';
import { lookForBarriers } from './look-for-barriers.ts';
import { openPage } from './open-reeve.ts';
import { published } from './team-config.ts';

let git: GitOrganisation;
let browser: TestBrowser;
let page: Page;
let backend: Repository;
let connectionId: string;

beforeAll(async () => {
  git = await openGitOrganisation();
  browser = await openBrowser(git.reeve);
  const { owner } = git.organisation;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  backend = await git.github.addRepository('example/backend', {
    files: { 'README.md': '# Backend\n', '.codex/config.toml': 'model = "old-model"\n' },
  });
  const { connection, app } = await git.connect('Reeve Example');
  connectionId = connection.id;
  await git.github.install(app, 'example');
  await git.work();
  const { items } = await owner.api.git.repositories({ show: 'all' });
  await owner.api.git.allow({ allow: items.map(({ id }) => id) });
});
beforeEach(async () => {
  page = await openPage(browser);
  await enterAs(page, git.organisation.owner, git.organisation.origin);
});
afterEach(() => {
  // A refusal is told on the page as well.
  expect(browser.complaints.splice(0).filter((text) => !text.includes('status of 409'))).toEqual([]);
});
afterAll(async () => {
  try {
    await browser.close();
  } finally {
    await git.close();
  }
});

/** Each of these starts dozens of programs, here and at the git server. */
const patiently = { timeout: 120_000 };
const lines = (text: string) => page.locator('.cm-line', { hasText: text }).first();

test('a bundle becomes a pull request of just what the page showed, and the next version brings it up to date', async () => {
  const { owner } = git.organisation;
  const { id } = await published(owner, 'Backend rules', 'model = "corp-model"\n');
  await page.goto(`/team-config/${id}`);
  await button(page, 'Pull request').click();
  const bring = dialog(page, 'Bring Backend rules to a repository');
  await bring.getByRole('combobox', { name: 'Repository' }).click();
  await page.getByRole('option', { name: /^example\/backend/ }).click();
  // Nobody knows yet what this member may do there.
  await bring.getByText('Link your account first').waitFor();
  await bring.getByRole('link', { name: 'Link it under GitHub' }).waitFor();
  await git.link(owner, connectionId, 'octo-ada');
  await button(page, 'Try again').first().click();
  await bring.getByText('Version 1 changes 2 files in main').waitFor(patiently);
  await lines('model = "corp-model"').waitFor();
  await bring.getByText('old-model').waitFor();
  expect(await lookForBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });

  git.github.protect('example/backend', { pattern: 'reeve/*', mayPush: ['nobody'] });
  await button(page, 'Open the pull request').click();
  await bring.getByText('The git server refused this').waitFor(patiently);
  await bring.getByText('GH006: Protected branch update failed').waitFor();
  expect(backend.pulls.size).toBe(0);
  backend.protections = [];
  await button(page, 'Open the pull request').click();
  await page.getByText('Pull request 1 is open.').waitFor(patiently);
  expect(backend.pulls.get(1)).toMatchObject({ base: 'main', title: 'Team Config: Backend rules, version 1' });

  const files = [{ path: '.codex/config.toml', content: 'model = "better-model"\n' }];
  const saved = await owner.api.teamConfig.saveDraft({ id, expectedDraft: null, files });
  await owner.api.teamConfig.publish({ id, expectedDraft: saved.bundle.draftVersion ?? 0, message: 'Better.' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await button(page, 'Pull request').click();
  await bring.getByRole('combobox', { name: 'Repository' }).click();
  await page.getByRole('option', { name: /^example\/backend/ }).click();
  await bring.getByText('Pull request 1 is brought up to date').waitFor(patiently);
  await lines('model = "better-model"').waitFor();
  await button(page, 'Update the pull request').click();
  await page.getByText('Pull request 1 is up to date.').waitFor(patiently);
  expect(backend.pulls.size).toBe(1);
  expect(backend.pulls.get(1)?.title).toBe('Team Config: Backend rules, version 2');
}, 480_000);
