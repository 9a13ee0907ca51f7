import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { openBrowser } from '#testing/browser.ts';
import { foundExampleOrganisation } from '#testing/example-organisation.ts';
import { startTestReeve } from '#testing/start-reeve.ts';
import { addExampleBundles } from '#testing/example-bundles.ts';

const folder = '/tmp/tc-console';
await mkdir(folder, { recursive: true });
const reeve = await startTestReeve();
const only = process.argv[2];
try {
  const organisation = await foundExampleOrganisation(reeve);
  const { owner } = organisation;
  const { items } = await owner.api.teamConfig.list({});
  const id = items.find((b) => b.slug === 'typescript-services')?.id ?? items[0]?.id;
  const draft = items.find((b) => b.draftVersion !== null)?.id;
  const browser = await openBrowser(reeve);
  const list: [string, string, ((page: Page) => Promise<void>)?][] = [
    ['list', '/team-config'],
    ['new', '/team-config/new'],
    ['files', `/team-config/${draft}`],
    ['changes', `/team-config/${draft}?view=changes`],
    ['publish', `/team-config/${draft}?review=1`],
    ['skills', `/team-config/${id}?tab=skills`, async (page) => { await page.locator('summary').first().click(); }],
    ['groups', `/team-config/${id}?tab=groups`],
    ['repositories', `/team-config/${id}?tab=repositories`],
    ['versions', `/team-config/${id}?tab=versions`],
    ['version', `/team-config/${id}?tab=versions&version=1`],
    ['compare', `/team-config/${id}?tab=versions&version=1&against=2`],
    ['usages', '/team-config/repositories'],
    ['connect', '/connect'],
    ['delete', `/team-config/${id}`, async (page) => { await page.getByRole('button', { name: 'More actions' }).click(); await page.getByRole('menuitem', { name: 'Delete bundle' }).click(); await page.waitForTimeout(300); }],
    ['subscribe', `/team-config/${id}?tab=groups`, async (page) => { await page.getByRole('button', { name: 'Add a group' }).click(); await page.waitForTimeout(300); }],
  ];
  for (const profile of [{ width: 1280, height: 900, theme: 'light' as const }, { width: 390, height: 844, theme: 'dark' as const }, ...(only === 'all' ? [{ width: 1280, height: 900, theme: 'dark' as const }, { width: 390, height: 844, theme: 'light' as const }] : [])]) {
    const page = await browser.openPage(profile);
    page.on('console', (m) => { if (m.type() === 'error') console.log('console:', m.text()); });
    await page.goto('/sign-in');
    await page.getByLabel('E-mail', { exact: true }).fill(owner.email);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    for (const [name, address, prepare] of list) {
      if (only && only !== 'all' && !only.split(',').includes(name)) continue;
      try {
        await page.goto(address);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForLoadState('networkidle');
        await page.waitForTimeout(700);
        await prepare?.(page);
        await page.screenshot({ path: `${folder}/${name}-${profile.width}-${profile.theme}.png`, animations: 'disabled', fullPage: true });
      } catch (error) { console.log(name, String(error).slice(0, 300)); }
    }
    await page.context().close();
  }
  await browser.close();
} finally {
  await reeve.close();
}
