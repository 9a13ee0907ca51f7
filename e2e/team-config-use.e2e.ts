import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '#testing/organisation.ts';
import { button, dialog, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';
import { configPath, editor, published, runCopied, scratchFolder, write } from './team-config.ts';

let example: ExampleOrganisation;
let second: Person;
let page: Page;
beforeAll(async () => {
  example = await openExampleOrganisation();
  second = await example.organisation.addMember({ name: 'Barbara Liskov', role: 'owner' });
});
beforeEach(async () => {
  page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
});
afterAll(() => example.close());

const ownApi = () => example.organisation.owner.api;

test('what a page says how to get it does get it', async () => {
  const { id, slug } = await published(example.organisation.owner, 'Got by commands', 'model = "corp-model"\n');
  const { secret } = await ownApi().keys.create({ name: 'CI', scopes: ['team-config.read'] });
  await page.goto(`/team-config/${id}`);
  const folders = {
    Merge: '.',
    Clone: slug,
    Subtree: `team-config/${slug}`,
    Submodule: `team-config/${slug}`,
    Tar: '.',
  };
  for (const [way, folder] of Object.entries(folders)) {
    await page.getByText(way, { exact: true }).click();
    const command = await page
      .getByRole('region', { name: /^With (curl|git)/ })
      .locator('pre')
      .innerText();
    const cwd = await scratchFolder();
    await mkdir(join(cwd, 'repository'));
    const before = 'git init -q && git commit -q --allow-empty -m first';
    await runCopied(example, { command: `${before} && ${command}`, cwd: join(cwd, 'repository'), key: secret });
    expect(await readFile(join(cwd, 'repository', folder, '.codex/config.toml'), 'utf8')).toBe(
      'model = "corp-model"\n',
    );
  }
  const pull = button(page, 'Pull request');
  expect(await pull.getAttribute('aria-disabled')).toBe('true');
  await pull.hover();
  await page.getByText('Comes with the GitHub connection.').waitFor();
});

test('two tabs do not overwrite each other, and a reload loses nothing', async () => {
  const { id } = await published(example.organisation.owner, 'Contested', 'model = "corp-model"\n');
  const other = await openPage(example.browser);
  await enterAs(other, second, example.organisation.origin);
  await page.goto(`/team-config/${id}`);
  await other.goto(`/team-config/${id}`);
  const path = configPath;
  await write(page, path, '# mine\n');
  await page.getByRole('region', { name: 'Unsaved changes' }).waitFor();
  await page.reload();
  await editor(page, path).getByText('# mine').waitFor();
  await write(other, path, '# theirs\n');
  await button(other, 'Save draft').click();
  await other.getByText('The draft is saved.').waitFor();

  await button(page, 'Save draft').click();
  await page.getByText('Somebody changed this bundle meanwhile').waitFor();
  expect(example.browser.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  await page.getByText('A draft by Barbara Liskov').waitFor();
  await editor(page, path).getByText('# mine').waitFor();
  await button(page, 'Keep mine and replace theirs').click();
  await button(page, 'Save draft').click();
  await page.getByText('The draft is saved.').waitFor();
  expect((await ownApi().teamConfig.get({ id })).draft?.[0]?.content).toBe('# mine\n');
  await button(page, 'Discard draft').click();
  await dialog(page, 'Discard this draft?').getByRole('button', { name: 'Discard draft' }).click();
  await page.getByText('The draft was discarded.').waitFor();
  await editor(page, path).getByText('corp-model').waitFor();
});

test('versions are opened, compared, downloaded and brought back', async () => {
  const { id } = await published(example.organisation.owner, 'Historic', '# first\n', '# second\n');
  await page.goto(`/team-config/${id}?tab=versions`);
  await link(page, 'Version 1').click();
  await editor(page, '.codex/config.toml').getByText('# first').waitFor();
  await page.getByRole('radio', { name: 'Version 1 on the left' }).check();
  await page.getByRole('radio', { name: 'Version 2 on the right' }).check();
  await button(page, 'Compare').click();
  await editor(page, '.codex/config.toml: Version 2').getByText('# second').waitFor();
  expect(page.url()).toMatch(/version=1&against=2/);
  const download = page.waitForEvent('download');
  await link(page, 'Download version 1 as tar').click();
  const cwd = await scratchFolder();
  await (await download).saveAs(join(cwd, 'first.tar'));
  await runCopied(example, { command: 'tar -xf first.tar', cwd, key: '' });
  expect(await readFile(join(cwd, '.codex/config.toml'), 'utf8')).toBe('# first\n');
  await button(page, 'Restore as draft: version 1').click();
  await dialog(page, 'Restore version 1 as draft?').getByRole('button', { name: 'Restore as draft' }).click();
  await page.getByText('Version 1 is the draft now.').waitFor();
  expect((await ownApi().teamConfig.get({ id })).draft?.[0]?.content).toBe('# first\n');
});

test('files are uploaded, renamed and deleted', async () => {
  const { id } = await published(example.organisation.owner, 'Uploaded');
  await page.goto(`/team-config/${id}`);
  await page.getByText('No files yet').waitFor();
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([
      { name: 'run.sh', mimeType: 'text/x-sh', buffer: Buffer.from('#!/bin/sh\n') },
      { name: 'logo.png', mimeType: 'image/png', buffer: Buffer.from([0x89, 0x50, 0xff, 0]) },
    ]);
  await page.getByRole('button', { name: 'run.sh' }).click();
  expect(await page.getByRole('checkbox', { name: 'Executable' }).isChecked()).toBe(true);
  await button(page, 'Rename').click();
  await dialog(page, 'Rename or move the file').getByLabel('Path').fill('.codex/logo.png');
  await button(page, 'Rename file').click();
  await page.getByText('There is a file .codex/logo.png already.').waitFor();
  await dialog(page, 'Rename or move the file').getByLabel('Path').fill('.codex/scripts/run.sh');
  await button(page, 'Rename file').click();
  await page.getByRole('heading', { name: '.codex/scripts/run.sh' }).waitFor();
  await page.getByRole('button', { name: 'logo.png' }).click();
  await page.getByText('This is no text: 4 B.').waitFor();
  await button(page, 'Delete').click();
  await button(page, 'Delete file').click();
  await button(page, 'Save draft').click();
  await page.getByText('The draft is saved.').waitFor();
  expect((await ownApi().teamConfig.get({ id })).draft).toEqual([
    { path: '.codex/scripts/run.sh', content: '#!/bin/sh\n', encoding: 'utf8', executable: true },
  ]);
});

test('repositories are found by what they have, and deleting says what stops working', async () => {
  await page.goto('/team-config/repositories');
  await page.getByText('reeve team-config check --report').last().waitFor();
  const { id, slug } = await published(example.organisation.owner, 'Used', '# first\n', '# second\n');
  const { items } = await ownApi().teamConfig.versions({ id });
  const sum = items[1]?.sha256 ?? '';
  const use = { slug, sha256: sum, version: 1 };
  await ownApi().teamConfig.report({
    repository: 'github.com/example/shop',
    commit: null,
    folders: [{ folder: '', bundles: [use] }],
  });
  await page.goto('/team-config');
  await link(page, '1 repository is behind').click();
  await page.getByRole('row', { name: /github.com\/example\/shop.*Behind.*1 of 2/ }).waitFor();
  expect(page.url()).toContain('state=behind');
  await link(page, 'Used').click();
  await button(page, 'More actions').click();
  await page.getByRole('menuitem', { name: 'Delete bundle' }).click();
  const removal = dialog(page, 'Delete Used?');
  await removal.getByText('1 repository keeps the files').waitFor();
  expect(await removal.getByRole('button', { name: 'Delete bundle' }).isDisabled()).toBe(true);
  await removal.getByLabel(/^Type Used/).fill('Used');
  await removal.getByRole('button', { name: 'Delete bundle' }).click();
  await page.getByText('Used was deleted.').waitFor();
  await heading(page, 'Team Config').waitFor();
  await expect.poll(() => link(page, 'Used').count()).toBe(0);
});
