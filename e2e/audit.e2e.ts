import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Proof } from '#contract/audit-chain.ts';
import { readKeys, verifyExport, verifyProof } from '#server/audit/index.ts';
import { button, dialog, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

let example: ExampleOrganisation;
beforeAll(async () => {
  example = await openExampleOrganisation();
  await example.organisation.addPolicy('Read only', 'allowed_sandbox_modes = ["read-only"]\n');
});
afterAll(() => example.close());

async function openAudit(): Promise<Page> {
  const page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/');
  await goTo(page, 'Audit');
  await page.getByRole('table', { name: 'Audit entries' }).waitFor();
  return page;
}

const saved = async (page: Page, click: () => Promise<void>): Promise<string> => {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return readFile(await download.path(), 'utf8');
};

const rows = (page: Page) => page.getByRole('table', { name: 'Audit entries' }).locator('tbody tr');

test('entries are found, compared and proved, and the log verifies outside with the public key alone', async () => {
  const page = await openAudit();
  await page.getByRole('combobox', { name: 'Events' }).fill('policy.cre');
  await page.getByRole('option', { name: 'policy.created' }).click();
  await page.getByRole('combobox', { name: 'Events' }).fill('policy.publ');
  await page.getByRole('option', { name: 'policy.published' }).click();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.url()).toContain('policy.published');
  await expect.poll(async () => (await rows(page).allInnerTexts()).every((text) => /policy/i.test(text))).toBe(true);

  await button(page, 'Export').click();
  const csv = await saved(page, () => page.getByRole('menuitem', { name: 'These entries as CSV' }).click());
  expect(csv).toMatch(/^number,at,event/);
  expect(csv).toContain('policy.created');
  expect(csv).not.toContain('workspace.created');
  await button(page, 'Export').click();
  const jwks = await saved(page, () => page.getByRole('menuitem', { name: 'Public key' }).click());
  const keys = await readKeys(JSON.parse(jwks).keys);
  await button(page, 'Export').click();
  const log = await saved(page, () => page.getByRole('menuitem', { name: /^Whole log/ }).click());
  const report = await verifyExport(log.trimEnd().split('\n'), { keys });
  expect(report).toMatchObject({ isValid: true, uncovered: 0 });

  await rows(page).first().getByRole('link').click();
  const drawer = dialog(page, 'Audit entry');
  await drawer.getByText(/^Number \d+ of the log/).waitFor();
  const proof = await saved(page, () => drawer.getByRole('link', { name: 'Download a proof of this entry' }).click());
  expect(await verifyProof(JSON.parse(proof) as Proof, keys)).toMatchObject({ isValid: true });
});

test('a change in the database is found by “Verify now”', async () => {
  const page = await openAudit();
  await button(page, 'Verify now').click();
  await page.getByText(/entries are as sealed/).waitFor();
  await page.getByText('Nothing is copied outside', { exact: false }).waitFor();
  await example.reeve.services.db
    .updateTable('audit_events')
    .set({ actor_label: 'Nobody' })
    .where('event', '=', 'workspace.created')
    .execute();
  await button(page, 'Verify now').click();
  await page.getByText('The log is not what was sealed').waitFor();
  await page.getByText(/was changed: \/actor\/label/).waitFor();
});

test('a group leads to its history, and the filter can be taken away', async () => {
  const { api } = example.organisation.owner;
  const group = await api.directory.groups.create({ name: 'Kernel', description: '' });
  const page = await openAudit();
  await page.goto(`/groups/${group.id}`);
  await link(page, 'History').click();
  await heading(page, 'Audit').waitFor();
  await page.getByText('About Kernel').waitFor();
  await expect.poll(() => rows(page).count()).toBe(1);
  await button(page, 'Not only: About Kernel').click();
  await expect.poll(() => rows(page).count()).toBeGreaterThan(1);
  await page.goto('/audit');
  await button(page, 'Where it is kept').click();
  const kept = dialog(page, 'Where the proof is kept');
  const made = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.ok());
  await kept.getByRole('button', { name: 'Make a checkpoint now' }).click();
  await made;
  await kept.getByText('Root of the newest checkpoint (SHA-256)').waitFor();
});
