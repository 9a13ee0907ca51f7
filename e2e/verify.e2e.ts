import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { localHour } from '#console/verify/proofs/schedule-words.ts';
import { readKeys } from '#server/audit/index.ts';
import { CertificateFile, verifyCertificate } from '#server/verify/index.ts';
import { seedExampleProofs } from '#testing/example-proofs.ts';
import { publishAgain } from '#testing/seed-policy.ts';
import { button, dialog, findInPalette, goTo, heading, link } from './by-clicking.ts';
import { type ExampleOrganisation, enterAs, openExampleOrganisation } from './example-organisation.ts';
import { openPage } from './open-reeve.ts';

const pins = fileURLToPath(new URL('../server/stock-client/pins', import.meta.url));
const proofMs = 150_000;
vi.setConfig({ testTimeout: 3 * proofMs });

let example: ExampleOrganisation;
beforeAll(async () => {
  example = await openExampleOrganisation({ REEVE_CLIENTS_FOLDER: pins });
  await example.organisation.addPolicy('Read only', 'allowed_sandbox_modes = ["read-only"]\n');
});
afterAll(() => example.close());

async function openProofs(): Promise<Page> {
  const page = await openPage(example.browser);
  await enterAs(page, example.organisation.owner, example.organisation.origin);
  await page.goto('/verify/proofs');
  await heading(page, 'Enforcement proof').waitFor();
  return page;
}

/** Chooses one policy and one client in the dialog and starts. */
async function prove(page: Page, policy: RegExp, clientVersion: string): Promise<void> {
  await button(page, 'Prove now').first().click();
  const asked = dialog(page, 'Prove with the stock client');
  await asked.getByLabel('Some of them').check();
  await asked.getByRole('combobox', { name: 'Policies to prove' }).click();
  await page.getByRole('option', { name: policy }).click();
  await page.keyboard.press('Escape');
  for (const box of await asked.getByRole('checkbox').all())
    if ((await box.getAttribute('value')) !== clientVersion) await box.uncheck();
  await asked.getByText(/^1 combination/).waitFor();
  await asked.getByRole('button', { name: 'Start proof' }).click();
  await asked.waitFor({ state: 'hidden' });
}

/** What came out of the newest proof that should not have, in words. */
async function notHeld(): Promise<string[]> {
  const { api } = example.organisation.owner;
  const { cells } = await api.proofs.run({ id: (await api.proofs.runs({})).items[0]?.id ?? '' });
  const { attempts } = await api.proofs.cell({ id: cells[0]?.id ?? '' });
  const bad = attempts.filter(({ verdict }) => verdict === 'broken' || verdict === 'inconclusive');
  return bad.map(({ verdict, title, observed }) => `${verdict}: ${title}: ${observed}`);
}

async function saved(page: Page, click: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  return readFile(await download.path());
}

test('one policy is proven with the real client by the button, and its certificate holds outside', async () => {
  const page = await openProofs();
  await page.getByText('Nothing is proven yet').waitFor();
  await prove(page, /^Read only/, '0.169.0');
  const progress = page.getByRole('region', { name: 'Proof 1' });
  await progress.getByText(/with 0\.169\.0: ./).waitFor({ timeout: proofMs });
  await expect.poll(() => progress.getByRole('progressbar').getAttribute('aria-valuenow')).not.toBe('0');
  await button(page, 'Prove now').and(page.locator('[aria-disabled="true"]')).first().waitFor();

  // It goes on while nobody looks, and is found again.
  await goTo(page, 'Policies');
  await page.goBack();
  await progress.getByText(/^Proof 1 has ended/).waitFor({ state: 'attached', timeout: proofMs });
  expect(await notHeld()).toEqual([]);
  const matrix = page.getByRole('table', { name: 'Policies by client versions' });
  await matrix.getByRole('link', { name: /^Held/ }).click();

  await heading(page, 'Read only v1 with 0.169.0').waitFor();
  await page.getByText('Every attempt to get around it was stopped.').waitFor();
  const mode = page.getByRole('region', { name: 'allowed_sandbox_modes' });
  await mode.locator('summary').first().click();
  await mode
    .getByRole('button', { name: /^Copy: / })
    .first()
    .waitFor();
  expect(page.url()).toContain('attempt=');

  await link(page, 'Proof 1').click();
  await heading(page, 'Proof 1').waitFor();
  await link(page, 'View certificate').click();
  await heading(page, 'Certificate of proof 1').waitFor();
  await page.getByText(/reeve audit verify reeve-proof-1\.json/).waitFor();
  const pdf = await saved(page, () => link(page, 'PDF').click());
  expect(pdf.subarray(0, 4).toString()).toBe('%PDF');
  const json: unknown = JSON.parse((await saved(page, () => link(page, 'JSON').click())).toString());
  const { keys } = await example.organisation.owner.api.audit.publicKeys({});
  const report = await verifyCertificate(CertificateFile.parse(json), { keys: await readKeys(keys) });
  expect(report).toMatchObject({ isValid: true, statement: { verdict: 'held' } });

  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'hidden' });
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
});

test('a proof that runs is cancelled, and says so afterwards', async () => {
  const page = await openProofs();
  await prove(page, /^No policy/, '0.169.0');
  await button(page, 'Cancel proof').click();
  await dialog(page, 'Cancel proof 2?').getByRole('button', { name: 'Stop it' }).click();
  await page.getByText('Proof 2 has ended: Cancelled.').waitFor({ state: 'attached', timeout: proofMs });
  await findInPalette(page, 'Proofs so far');
  await page.keyboard.press('Enter');
  const rows = page.getByRole('table', { name: 'Proofs' }).locator('tbody tr');
  await expect.poll(() => rows.first().innerText()).toContain('Cancelled');
  await rows.first().getByRole('link', { name: 'Proof 2' }).click();
  await page.getByText('It was stopped; what was proven until then is below.').waitFor();
  await link(page, 'View certificate').waitFor({ state: 'hidden' });
});

test('every verdict says what it is in words; alerts, the filter and the policy lead to it', async () => {
  const { organisation, reeve } = example;
  const { db } = reeve.services;
  const policy = await organisation.addPolicy(
    'Engineering',
    'allowed_sandbox_modes = ["read-only", "workspace-write"]\n',
  );
  await publishAgain(db, policy.id, { contents: 'allowed_sandbox_modes = ["read-only"]\n' });
  const { id: workspaceId } = await db.selectFrom('workspaces').select('id').executeTakeFirstOrThrow();
  const published = { id: policy.id, name: policy.name, revision: 2 };
  await seedExampleProofs(reeve.services, workspaceId, [published], { after: 10 });
  const page = await openProofs();
  await page.getByText(/^No\. \d proofs? found a constraint that the client did not keep\.$/).waitFor();
  const row = page
    .getByRole('table', { name: 'Policies by client versions' })
    .getByRole('row', { name: /^Engineering/ });
  await row.getByText('Broken', { exact: true }).waitFor();
  await row.getByText('v1 held, v2 is published').first().waitFor();
  await row.getByText('Not proven yet').waitFor();

  await page.getByText('Alerts', { exact: true }).click();
  const alert = page.getByRole('listitem').filter({ hasText: 'git push --force' });
  await alert.getByRole('link', { name: 'Evidence' }).click();
  await heading(page, 'Engineering v2 with 0.140.0').waitFor();
  expect(page.url()).toContain('verdict=broken');
  await expect.poll(() => page.locator('[data-attempt]').count()).toBe(1);
  await button(page, /^Not enforced/).click();
  const unknown = page.locator('[data-attempt="other-mcp-server"]');
  await unknown.getByText('Not enforced by 0.140.0').waitFor();
  expect(await unknown.locator('[data-tone="ok"]').count()).toBe(0);
  await page.goBack();
  await alert.getByRole('button', { name: 'I look after it' }).click();
  await alert.waitFor({ state: 'hidden' });
  await page.getByRole('switch', { name: 'Also those that somebody looks after' }).check();
  await alert.getByText(/looks after it since/).waitFor();

  await page.goto(`/policies/${policy.id}`);
  await link(page, 'Tried with 0.140.0: broken').click();
  await heading(page, 'Engineering v2 with 0.140.0').waitFor();
});

test('the schedule is set with the hour of the reader beside it, and one who may only look changes nothing', async () => {
  const page = await openProofs();
  await button(page, 'Change schedule').click();
  const asked = dialog(page, 'When proofs run by themselves');
  await asked.getByLabel('Every week').check();
  await asked.getByRole('button', { name: 'Save schedule' }).click();
  const here = localHour(3, new Date(), 'Europe/London');
  await page
    .getByText(`Proves by itself every Monday at 03:00 UTC (${here} here), with every installed client.`)
    .first()
    .waitFor();
  const reader = await example.organisation.addMember({ name: 'Grace Hopper' });
  const role = await example.organisation.owner.api.roles.create({
    name: 'Auditor of proofs',
    permissions: ['verify.read'],
  });
  await example.organisation.owner.api.directory.members.setRoles({ id: reader.memberId, roleIds: [role.id] });
  const other = await openPage(example.browser);
  await enterAs(other, reader, example.organisation.origin);
  await other.goto('/verify/proofs');
  await other.getByText('Clients on this server').waitFor();
  expect(await button(other, /Prove now|Change schedule|^Install/).count()).toBe(0);
});
