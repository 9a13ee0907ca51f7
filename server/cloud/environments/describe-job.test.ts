import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EnvironmentSettings } from '#contract/environments.ts';
import { type EnvironmentTests, openEnvironmentTests, plainEnvironment } from '#testing/environment-tests.ts';
import { cacheFingerprint, currentFingerprints } from './cache-fingerprint.ts';
import { describeJobOf, needsOf } from './describe-job.ts';
import { type EnvironmentRow, findEnvironment } from './environment-queries.ts';
import { openSecretsOf } from './environment-secrets.ts';

let tests: EnvironmentTests;
beforeAll(async () => {
  tests = await openEnvironmentTests();
});
afterAll(() => tests.close());

async function rowOf(id: string): Promise<EnvironmentRow> {
  const row = await findEnvironment(tests.services.db, tests.workspaceId, id);
  if (!row) throw new Error('it is not there');
  return row;
}
const made = async (more: Partial<EnvironmentSettings> = {}) => rowOf((await tests.make(tests.owner, more)).body.id);
const onlyGithub = { isOn: true, preset: 'none', domains: ['github.com'], methods: 'safe' } as const;

describe('the job of an environment', () => {
  test('has image, limits, scripts, languages as variables, and the names of secrets', async () => {
    const row = await made({
      image: { kind: 'image', reference: 'docker.io/library/node:24' },
      languageVersions: { node: '22', python: '3.12' },
      variables: [
        { name: 'CODEX_ENV_NODE_VERSION', value: '24' },
        { name: 'CI', value: '1' },
      ],
      maintenanceScript: 'npm ci --prefer-offline',
      machineSize: 'large',
      timeLimitMinutes: 30,
      model: null,
      runnerLabels: ['eu'],
      runtime: 'runsc',
    });
    await tests.owner.call('PUT', `/environments/${row.id}/secrets/NPM_TOKEN`, { value: 'hush-hush' });
    const job = await describeJobOf(tests.services, row, { workspaceInternetAllowed: false });
    expect(job).toMatchObject({
      image: { kind: 'image', reference: 'docker.io/library/node:24' },
      limits: { cpus: 4, memoryMb: 8192, processes: 1024, diskMb: 16_384, seconds: 1800 },
      setupScript: 'npm ci',
      maintenanceScript: 'npm ci --prefer-offline',
      variables: [
        { name: 'CODEX_ENV_PYTHON_VERSION', value: '3.12' },
        { name: 'CODEX_ENV_NODE_VERSION', value: '24' },
        { name: 'CI', value: '1' },
      ],
      secretNames: ['NPM_TOKEN'],
      cache: { environmentId: row.id, hours: 12 },
      model: null,
    });
    expect(JSON.stringify(job)).not.toContain('hush');
    expect(needsOf(row)).toEqual({ labels: ['eu'], runtime: 'runsc', cpus: 4 });
  });

  test.each([
    ['off', onlyGithub, true, { agentIsOn: true, setup: null }],
    ['as-agent', onlyGithub, true, { agentIsOn: true, setup: 'none' }],
    ['as-agent', onlyGithub, false, { agentIsOn: false, because: 'workspace-off', setup: null }],
    ['on', onlyGithub, false, { agentIsOn: false, because: 'workspace-off', setup: 'all' }],
    ['on', { ...onlyGithub, isOn: false }, true, { agentIsOn: false, because: 'internet-off', setup: 'all' }],
    ['on', { ...onlyGithub, isOn: false }, false, { agentIsOn: false, because: 'internet-off', setup: 'all' }],
  ] as const)(
    'set-up %s, agent %o, workspace allows: %s → %o',
    async (setupInternet, internet, workspaceInternetAllowed, wanted) => {
      const row = await made({ setupInternet, internet: { ...internet, domains: [...internet.domains] } });
      const { internet: given } = await describeJobOf(tests.services, row, { workspaceInternetAllowed });
      expect(given.agent.isOn).toBe(wanted.agentIsOn);
      // What is off lists nothing either: a mistake further on lets nothing through.
      if (!given.agent.isOn) expect(given.agent).toMatchObject({ preset: 'none', domains: [] });
      if ('because' in wanted) expect(given.agentOffBecause).toBe(wanted.because);
      expect(given.setup.isOn ? given.setup.preset : null).toBe(wanted.setup);
    },
  );
});

describe('a secret', () => {
  test('is kept sealed, never shown, and opened for set-up alone; the audit log has its name', async () => {
    const row = await made();
    const at = `/environments/${row.id}`;
    const saved = await tests.owner.call('PUT', `${at}/secrets/KEY`, { value: 'hush-1' });
    expect(saved.body).toMatchObject({ name: 'KEY', updatedBy: 'Ada Lovelace' });
    const stored = await tests.services.db.selectFrom('cloud_environment_secrets').selectAll().execute();
    const { body } = await tests.owner.call('GET', at);
    const listed = await tests.owner.call('GET', '/environments');
    const heard = JSON.stringify([saved.body, stored, body, listed.body, await tests.events(row.id)]);
    expect(heard).toContain('KEY');
    expect(heard).not.toContain('hush');
    expect(await openSecretsOf(tests.services, tests.workspaceId, row.id)).toEqual([{ name: 'KEY', value: 'hush-1' }]);
    await tests.owner.call('PUT', `${at}/secrets/KEY`, { value: 'hush-2' });
    expect(await openSecretsOf(tests.services, tests.workspaceId, row.id)).toEqual([{ name: 'KEY', value: 'hush-2' }]);
    expect(await openSecretsOf(tests.services, 'ws_other', row.id)).toEqual([]);
    expect((await tests.owner.call('DELETE', `${at}/secrets/KEY`)).status).toBe(200);
    expect((await tests.owner.call('DELETE', `${at}/secrets/KEY`)).status).toBe(404);
    expect(await openSecretsOf(tests.services, tests.workspaceId, row.id)).toEqual([]);
  });

  test('and a variable are never of one name', async () => {
    const row = await made({ variables: [{ name: 'CI', value: '1' }] });
    const at = `/environments/${row.id}`;
    const taken = { status: 409, body: { code: 'already-exists' } };
    expect(await tests.owner.call('PUT', `${at}/secrets/CI`, { value: 'x' })).toMatchObject(taken);
    await tests.owner.call('PUT', `${at}/secrets/KEY`, { value: 'x' });
    const settings = plainEnvironment([tests.repositoryId], { variables: [{ name: 'KEY', value: '1' }] });
    expect(await tests.owner.call('PUT', at, { ...settings, revision: 1 })).toMatchObject(taken);
  });
});

describe('the cache fingerprint', () => {
  const facts = { repositoryId: 'repo_1', workspaceInternetAllowed: true };

  test('is another one after whatever set-up depends on, and the same after what it does not', async () => {
    const row = await made({ internet: { ...onlyGithub, domains: ['github.com'] } });
    const before = cacheFingerprint(row, facts);
    const withSettings = (more: Partial<EnvironmentRow['settings']>) =>
      cacheFingerprint({ ...row, settings: { ...row.settings, ...more } }, facts);
    const others = [
      withSettings({ setupScript: 'npm ci ' }),
      withSettings({ maintenanceScript: 'true' }),
      withSettings({ variables: [{ name: 'A', value: '1' }] }),
      withSettings({ image: { kind: 'image', reference: 'x' } }),
      withSettings({ languageVersions: { go: '1.25.1' } }),
      withSettings({ setupInternet: 'off' }),
      withSettings({ setupInternet: 'as-agent' }),
      withSettings({ runtime: 'runsc' }),
      cacheFingerprint(row, { ...facts, repositoryId: 'repo_2' }),
      cacheFingerprint({ ...row, cacheSalt: 'other' }, facts),
      cacheFingerprint({ ...row, id: 'env_other' }, facts),
    ];
    expect(new Set([before, ...others]).size).toBe(others.length + 1);
    const same = [
      withSettings({ description: 'Words' }),
      withSettings({ timeLimitMinutes: 5 }),
      withSettings({ internet: { isOn: false, preset: 'none', domains: [], methods: 'safe' } }),
      cacheFingerprint(row, { ...facts, workspaceInternetAllowed: false }),
    ];
    expect(new Set([before, ...same]).size).toBe(1);
    expect(before).toMatch(/^[0-9a-f]{64}$/);
  });

  test('does not depend on the order of variables, languages and domains', async () => {
    const row = await made();
    const [a, b] = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    const of = (more: Partial<EnvironmentRow['settings']>) =>
      cacheFingerprint({ ...row, settings: { ...row.settings, ...more } }, facts);
    expect(of({ variables: [a, b], languageVersions: { go: '1', php: '8.4' } })).toBe(
      of({ variables: [b, a], languageVersions: { php: '8.4', go: '1' } }),
    );
  });

  test('changes with a secret and a reset; without a cache nothing serves', async () => {
    const row = await made();
    const seen = [cacheFingerprint(await rowOf(row.id), facts)];
    const look = async () => seen.push(cacheFingerprint(await rowOf(row.id), facts));
    await tests.owner.call('PUT', `/environments/${row.id}/secrets/KEY`, { value: 'x' });
    await look();
    await tests.owner.call('DELETE', `/environments/${row.id}/secrets/KEY`);
    await look();
    await tests.owner.call('POST', `/environments/${row.id}/reset-cache`, {});
    await look();
    expect(new Set(seen).size).toBe(4);
    expect(currentFingerprints(row, { workspaceInternetAllowed: true }).size).toBe(1);
    const off = { ...row, settings: { ...row.settings, isCacheOn: false } };
    expect(currentFingerprints(off, { workspaceInternetAllowed: true }).size).toBe(0);
    expect(await describeJobOf(tests.services, off, { workspaceInternetAllowed: true })).toMatchObject({ cache: null });
  });
});
