import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { type EnvironmentTests, openEnvironmentTests } from '#testing/environment-tests.ts';
import { readCloudFacts } from './cloud-queries.ts';
import { previewSettings } from './preview-settings.ts';

let tests: EnvironmentTests;
let withInternet: string;
beforeAll(async () => {
  tests = await openEnvironmentTests();
  const internet = { isOn: true, preset: 'all', domains: [], methods: 'all' } as const;
  withInternet = (await tests.make(tests.owner, { label: 'Open', internet: { ...internet, domains: [] } })).body.id;
});
afterAll(() => tests.close());
beforeEach(async () => {
  await tests.services.db.deleteFrom('cloud_tasks').execute();
  await tests.setCloud({ codex_cloud_enabled: true, agent_internet_allowed: true });
});

async function addAttempt(state: 'queued' | 'working' | 'completed', memberId = tests.owner.memberId) {
  const taskId = newId('task');
  const at = new Date();
  const { workspaceId } = tests;
  await tests.services.db
    .insertInto('cloud_tasks')
    .values({
      id: taskId,
      workspace_id: workspaceId,
      member_id: memberId,
      environment_id: withInternet,
      environment_label: 'Open',
      repository_id: tests.repositoryId,
      repository: 'acme/shop',
      branch: 'main',
      mode: 'code',
      source: 'console',
      sealed_title: await tests.services.secrets.seal('A title', `cloud_tasks/${taskId}/title`),
      archived_at: null,
      read_at: null,
      created_at: at,
      updated_at: at,
      deleted_at: null,
    })
    .execute();
  await tests.services.db
    .insertInto('cloud_attempts')
    .values({
      id: newId('att'),
      task_id: taskId,
      workspace_id: workspaceId,
      member_id: memberId,
      environment_id: withInternet,
      turn_number: 1,
      placement: 0,
      state,
      needs: JSON.stringify({ labels: [], runtime: 'any', cpus: 1 }),
      queued_at: at,
    })
    .execute();
}
const textOf = async (change: Parameters<typeof previewSettings>[2]) =>
  (await previewSettings(tests.services, tests.workspaceId, change)).effects.map(({ sentence }) => sentence).join('\n');

test('counts what runs, waits and has internet; what has ended, was deleted or is elsewhere does not count', async () => {
  const grace = await tests.signIn('Grace', 'codex-user');
  const gone = (await tests.make(tests.owner, { label: 'Gone' })).body.id;
  await tests.owner.call('DELETE', `/environments/${gone}`);
  await tests.make(tests.owner, { label: 'Closed' });
  for (const state of ['queued', 'working', 'working', 'completed'] as const) await addAttempt(state);
  await addAttempt('working', grace.memberId);
  expect(await readCloudFacts(tests.services.db, tests.workspaceId)).toEqual({
    running: 3,
    queued: 1,
    mostOfOneMember: 2,
    environments: 2,
    withInternet: 1,
    runningWithInternet: 3,
  });
  const other = await tests.stranger();
  expect(other.memberId).not.toBe(tests.owner.memberId);
  expect(await readCloudFacts(tests.services.db, 'ws_nothing')).toMatchObject({ running: 0, environments: 0 });
});

test('Codex cloud off names what is stopped; on, who may begin', async () => {
  expect(await textOf({ codexCloudEnabled: false })).toContain('No hosted task runs or waits at this moment.');
  await addAttempt('working');
  await addAttempt('queued');
  await addAttempt('queued');
  const off = await textOf({ codexCloudEnabled: false });
  expect(off).toContain('1 attempt that runs is stopped within a minute, and 2 that wait end.');
  await tests.setCloud({ codex_cloud_enabled: false });
  expect(await textOf({ codexCloudEnabled: true })).toContain('has the permission “Use Codex cloud”');
});

test('internet off names the environments and the attempts that lose it; on, what it opens', async () => {
  await addAttempt('working');
  const off = await textOf({ agentInternetAllowed: false });
  expect(off).toContain('1 environment says that its agents may reach the internet');
  expect(off).toContain('1 attempt that runs in one loses the access within seconds, and may fail for it.');
  await tests.setCloud({ agent_internet_allowed: false });
  expect(await textOf({ agentInternetAllowed: true })).toContain('from the next attempt on they can');
});

test('a lower limit stops nothing and says who waits', async () => {
  await addAttempt('working');
  await addAttempt('working');
  expect(await textOf({ cloudTasksPerMember: 1 })).toBe(
    'One member runs 2 attempts now; none is stopped, and new ones wait until fewer than 1 run.',
  );
  expect(await textOf({ cloudTasksPerMember: 8, cloudTasksPerWorkspace: 1 })).toBe(
    [
      'A member runs up to 8 attempts at once; more wait in the queue.',
      'The workspace runs 2 attempts now; none is stopped, and new ones wait until fewer than 1 run.',
    ].join('\n'),
  );
});
