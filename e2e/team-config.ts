import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import type { Person } from '#testing/organisation.ts';
import { type ExampleOrganisation, enterAs } from './example-organisation.ts';

export const configPath = '.codex/config.toml';
export const config = (content: string): BundleFile => ({
  path: configPath,
  content,
  encoding: 'utf8',
  executable: false,
});

/** A bundle with these versions of its config.toml, the oldest first. */
export async function published({ api }: Person, name: string, ...versions: string[]): Promise<Bundle> {
  const { bundle } = await api.teamConfig.create({ name });
  const { id } = bundle;
  for (const content of versions) {
    const saved = await api.teamConfig.saveDraft({ id, expectedDraft: null, files: [config(content)] });
    const expectedDraft = saved.bundle.draftVersion ?? 0;
    await api.teamConfig.publish({ id, expectedDraft, message: `Says ${content.trim()}` });
  }
  return bundle;
}

export async function openAs(
  page: Page,
  person: Person,
  { origin, address }: { origin: string; address: string },
): Promise<void> {
  await page.context().clearCookies();
  await enterAs(page, person, origin);
  await page.goto(address);
}

export const editor = (page: Page, path: string) => page.getByRole('textbox', { name: path, exact: true });

/** In place of what is there. */
export async function write(page: Page, path: string, text: string): Promise<void> {
  await editor(page, path).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Backspace');
  await page.keyboard.insertText(text);
}

/** Runs what a page gives to copy, as its reader would: in a shell, with a key and the authority of this Reeve. */
export async function runCopied(
  { reeve }: ExampleOrganisation,
  { command, cwd, key }: { command: string; cwd: string; key: string },
): Promise<void> {
  const trust = { CURL_CA_BUNDLE: reeve.authorityFile, GIT_SSL_CAINFO: reeve.authorityFile };
  const author = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com' };
  const committer = { GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };
  const git = { HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', ...author, ...committer };
  const env = { PATH: process.env.PATH, REEVE_API_KEY: key, ...trust, ...git };
  await promisify(execFile)('sh', ['-ec', command], { cwd, env });
}

export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
