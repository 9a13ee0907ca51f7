import { mkdirSync } from 'node:fs';
import { attemptChanges } from '#server/cloud/attempts/changes.ts';
import { newId } from '#server/crypto/ids.ts';
import { openBrowser } from '#testing/browser.ts';
import { plainEnvironment } from '#testing/environment-tests.ts';
import { foundExampleOrganisation } from '#testing/example-organisation.ts';
import { seedRepository } from '#testing/seed-repository.ts';
import { startTestReeve } from '#testing/start-reeve.ts';

mkdirSync('/tmp/environments/shots', { recursive: true });
const reeve = await startTestReeve();
const example = await foundExampleOrganisation(reeve);
const organisation = (example as { organisation?: unknown }).organisation ?? example;
const { owner, workspaceId } = organisation as { owner: import('#testing/organisation.ts').Person; workspaceId: string };
const { db, secrets } = reeve.services;
await owner.api.workspace.updateSettings({ codexCloudEnabled: true, agentInternetAllowed: true });
const shop = await seedRepository(db, { workspaceId, name: 'example-ltd/shop' });
const api = await seedRepository(db, { workspaceId, name: 'example-ltd/payments-api' });
const infra = await seedRepository(db, { workspaceId, name: 'example-ltd/infrastructure' });
const groups = await owner.api.directory.groups.list({ limit: 10 });
const make = owner.api.environments.create;
const a = await make(plainEnvironment([shop, api], { label: 'Web shop', description: 'The shop and its back office, with a database.', setupScript: 'set -euo pipefail\nnpm ci\nnpm run build\necho "//registry.example.com/:_authToken=${NPM_TOKEN}" > /tmp/npmrc\nnpm ci --userconfig /tmp/npmrc && rm /tmp/npmrc', maintenanceScript: 'npm ci --prefer-offline', variables: [{ name: 'NODE_ENV', value: 'test' }, { name: 'DATABASE_URL', value: 'postgres://localhost/shop' }], languageVersions: { node: '22', python: '3.12' }, internet: { isOn: true, preset: 'common-dependencies', domains: ['registry.example.com'], methods: 'safe' }, sharing: 'workspace', runnerLabels: [] }));
await make(plainEnvironment([api], { label: 'Payments API', sharing: 'groups', groupIds: groups.items.slice(0, 2).map(({ id }) => id) }));
await make(plainEnvironment([infra], { label: 'Infrastructure', machineSize: 'large', internet: { isOn: true, preset: 'all', domains: [], methods: 'all' } }));
await owner.api.environments.setPinned({ id: a.id, isPinned: true });
await owner.api.environments.setSecret({ id: a.id, name: 'NPM_TOKEN', value: 'x' });
await owner.api.environments.setSecret({ id: a.id, name: 'SENTRY_AUTH_TOKEN', value: 'x' });
const t = await owner.api.environments.try({ id: a.id });
for (const [host, rule, method, n] of [['files.pythonhosted.example', 'domain-not-listed', 'GET', 7], ['api.stripe.example', 'method-not-allowed', 'POST', 2]] as const)
  for (let i = 0; i < n; i += 1)
    await db.insertInto('cloud_egress').values({ id: newId('egr'), attempt_id: t.attemptId, workspace_id: workspaceId, environment_id: a.id, at: new Date(Date.now() - 3_600_000 * (i + 1)), phase: 'agent', method, host, port: 443, path: '/', is_allowed: false, rule, address: null, status: null, sent_bytes: 0, received_bytes: 0 }).execute();
const say = async (seq: number, kind: 'phase' | 'output' | 'command', text: string, phase: 'prepare' | 'setup' = 'setup') =>
  db.insertInto('cloud_log').values({ attempt_id: t.attemptId, seq, workspace_id: workspaceId, at: new Date(Date.now() - 60_000 + seq * 4000), kind, phase, item: null, exit_code: null, sealed_text: await secrets.seal(text, `cloud_log/${t.attemptId}/${seq}`) }).execute();
await db.updateTable('cloud_attempts').set({ state: 'failed', ending: 'setup-failed', detail: 'It ended with 1.', epoch: 1, claimed_at: new Date(Date.now() - 60_000), finished_at: new Date() }).where('id', '=', t.attemptId).execute();
await say(1, 'phase', 'Fetching example-ltd/shop', 'prepare');
await say(2, 'output', 'main at 4f1c2ab', 'prepare');
await say(3, 'phase', 'Set-up');
await say(4, 'output', 'added 214 packages, and audited 215 packages in 9s');
await say(5, 'output', '> shop@1.4.0 build\n> tsc -p .\n\nsrc/cart.ts(12,7): error TS2322: Type \'string\' is not assignable to type \'number\'.');
await say(6, 'output', 'npm error Lifecycle script `build` failed with error:\nnpm error code 2');
attemptChanges.emit('changed', { attemptId: t.attemptId });
const browser = await openBrowser(reeve);
const pages: [string, string][] = [
  ['list', '/codex/environments'],
  ['new', '/codex/environments/new'],
  ...(['set-up', 'secrets', 'internet', 'machine', 'sharing', 'try'] as const).map((tab): [string, string] => [tab, `/codex/environments/${a.id}?tab=${tab}`]),
];
for (const profile of [{ theme: 'light', width: 1280, height: 900 }, { theme: 'dark', width: 1280, height: 900 }, { theme: 'light', width: 390, height: 844 }, { theme: 'dark', width: 390, height: 844 }] as const) {
  const page = await browser.openPage(profile);
  const cookies = await owner.browser.cookies.getCookies(reeve.origin);
  await page.context().addCookies(cookies.map(({ key, value }) => ({ name: key, value, url: reeve.origin, secure: true, httpOnly: true, sameSite: 'Lax' as const })));
  for (const [name, address] of pages) {
    await page.goto(address);
    await page.waitForLoadState('networkidle');
    if (name === 'internet') await page.getByRole('button', { name: /Show the 71/ }).click();
    await page.screenshot({ path: `/tmp/environments/shots/${name}-${profile.theme}-${profile.width}.png`, fullPage: true });
  }
  await page.context().close();
}
console.log(browser.complaints);
browser.complaints.splice(0);
await browser.close();
await reeve.close();
process.exit(0);
