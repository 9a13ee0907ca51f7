import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { openBrowser } from '#testing/browser.ts';
import { openGitOrganisation } from '#testing/git-organisation.ts';
import { ReeveError } from '#server/fail.ts';
import { published } from '#e2e/team-config.ts';

const folder = '/tmp/connect/shots';
await mkdir(folder, { recursive: true });
const git = await openGitOrganisation({ REEVE_EGRESS_RANGES: '203.0.113.0/28' });
const browser = await openBrowser(git.reeve);
const { owner } = git.organisation;
await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
await git.github.addRepository('example/backend', { files: { 'README.md': '# Backend\n', '.codex/config.toml': 'model = "old-model"\n' } });
await git.github.addRepository('example/website');
const { connection, app } = await git.connect('Reeve Example');
const installation = await git.github.install(app, 'example');
await git.work();
const { items } = await owner.api.git.repositories({ show: 'all' });
await owner.api.git.allow({ allow: items.map(({ id }) => id) });
await git.link(owner, connection.id, 'octo-ada');
const sender = [...git.github.world.accounts.values()][0]!;
const repository = [...git.github.world.repositories.values()][0]!;
const start = Date.now();
for (const number of [1, 2, 3])
  await git.github.hooks.send({ event: 'pull_request', action: 'opened', sender, installation, payload: { repository: { id: repository.id, full_name: 'example/backend' }, pull_request: { number, state: 'open', merged: false, updated_at: '2026-11-26T10:00:00Z', head: { ref: 'reeve/1', sha: 'a'.repeat(40) }, base: { ref: 'main' } } } }, app);
const consumer = { event: 'pull_request', take: async () => { throw new ReeveError('git-server-failed', {}, { message: 'github.example.com answered: 502 – Bad Gateway' }); } };
for (const minutes of [0, 1, 10, 20, 60, 240]) { git.reeve.setNow(new Date(start + minutes * 60_000)); await git.work([consumer]); }
git.reeve.setNow(null);
await owner.api.git.replaceSecrets({ id: connection.id, webhookSecret: 'renewed', formerSecretHours: 24 });
const bundle = await published(owner, 'Backend rules', 'model = "corp-model"\n');
for (const theme of ['light', 'dark'] as const)
  for (const size of [{ width: 1280, height: 900 }, { width: 390, height: 844 }]) {
    const page = await browser.openPage({ ...size, theme });
    await page.goto('/sign-in');
    await page.getByLabel('E-mail', { exact: true }).fill(owner.email);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    const take = async (name: string) => { await page.waitForTimeout(400); await page.screenshot({ path: path.join(folder, `${name}-${theme}-${size.width}.png`), animations: 'disabled' }); };
    await page.goto('/git'); await page.getByText('The former secret').waitFor(); await take('connections');
    await page.getByRole('button', { name: 'Renew secrets: Reeve Example' }).click();
    await page.getByLabel('Webhook secret').fill('x'); await take('secrets');
    await page.goto('/git?tab=deliveries'); await page.getByText('3 deliveries failed').waitFor(); await take('deliveries');
    await page.goto(`/team-config/${bundle.id}?bring=`); await page.getByRole('combobox', { name: 'Repository' }).waitFor(); await take('bring-first');
    await page.goto(`/team-config/${bundle.id}?bring=${items.find(({ name }) => name === 'example/backend')?.id}`); await page.getByText('Version 1 changes').waitFor({ timeout: 90000 }); await take('bring');
    await page.getByRole('button', { name: 'Open the pull request' }).scrollIntoViewIfNeeded(); await take('bring-end');
    await page.context().close();
  }
{
  const page = await browser.openPage({ width: 1280, height: 900 });
  await page.context().close();
}
await browser.close().catch((error) => console.log(String(error)));
await git.close().catch((error) => console.log(String(error)));
