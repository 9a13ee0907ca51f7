import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Job } from '#contract/runner-protocol.ts';
import { countUsage } from '#server/analytics/index.ts';
import { sealLogs } from '#server/compliance/log-files/seal-logs.ts';
import { type Acceptance, openAcceptance } from '#testing/acceptance/open-acceptance.ts';
import { seedEnvironment, seedRepository, seedTask } from '#testing/cloud-queue.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import type { Person } from '#testing/organisation.ts';
import { dockerDriver } from '#testing/runner-client.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { giveOut } from '../attempts/give-out.ts';
import { registerRunner } from '../runners/register-runner.ts';
import { openJob } from './job.ts';

const prompt = 'Make a file.';
let acceptance: Acceptance;
let member: Person;
let runnerId: string;
let task: { memberId: string; environmentId: string; repositoryId: string; prompt: string };

beforeAll(async () => {
  acceptance = await openAcceptance();
  const { organisation, reeve } = acceptance;
  const { services } = reeve;
  const { workspaceId } = organisation;
  await organisation.owner.api.workspace.updateSettings({ codexCloudEnabled: true, codexLocalEnabled: false });
  member = await organisation.addMember({ name: 'Grace Hopper' });
  const policy = 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n';
  await organisation.assign([], (await organisation.addPolicy('Careful', policy)).id);
  const { token } = await organisation.owner.api.runners.createToken({});
  const facts = { name: 'runner', version: '1', protocol: 1, drivers: [dockerDriver], labels: [], capacity: 1 };
  ({ runnerId } = await registerRunner(services, { token, ...facts }, { ip: null }));
  const repositoryId = await seedRepository({ db: services.db, workspaceId });
  const environmentId = await seedEnvironment({ db: services.db, workspaceId }, { repositoryId });
  task = { memberId: member.memberId, environmentId, repositoryId, prompt };
});
afterAll(() => acceptance.close());
beforeEach(() =>
  acceptance.onPrompt(prompt, eachTurn(shellCommand('echo hi > made.txt && cat made.txt'), message('Made.'))),
);

async function takeJob(): Promise<Job> {
  const { reeve, organisation } = acceptance;
  await seedTask(reeve.services, organisation.workspaceId, task);
  const claim = { runnerId };
  const leased = (await giveOut(reeve.services, organisation.workspaceId, [claim])).get(claim);
  const job = leased && (await openJob(reeve.services, organisation.workspaceId, leased));
  if (!job) throw new Error('nothing was given out');
  return job;
}

/** A machine with what a runner puts into a container, and nothing else. */
async function openContainer({ agent }: Job): Promise<ClientMachine> {
  const machine = await createClientMachine({
    configToml: agent.configToml,
    trustedCaPem: acceptance.organisation.authorityPem,
    env: {
      CODEX_ACCESS_TOKEN: agent.token,
      CODEX_AUTHAPI_BASE_URL: agent.authApiUrl,
      CODEX_INTERNAL_ORIGINATOR_OVERRIDE: agent.originator ?? '',
    },
  });
  onTestFinished(() => machine.close());
  return machine;
}

interface LoggedRecord {
  event_type: string;
  client_id: string;
  event_details: { environment_id?: string | null };
}

/** What CODEX_LOG says, once it is sealed. */
async function codexLog(): Promise<LoggedRecord[]> {
  const { services } = acceptance.reeve;
  await sealLogs(services, acceptance.organisation.workspaceId);
  const files = services.db.selectFrom('compliance_log_files').select('blob').where('event_type', '=', 'CODEX_LOG');
  const blobs = await Promise.all((await files.execute()).map(({ blob }) => services.blobs.get(blob)));
  const texts = await Promise.all(blobs.map((blob) => (blob ? text(blob.content) : '')));
  const lines = texts.flatMap((all) => all.split('\n').filter((line) => line !== ''));
  return lines.map((line) => JSON.parse(line) as LoggedRecord);
}

test('the stock client works with the token of its attempt: policy, models and answers come from Reeve, though Codex Local is off', async () => {
  const job = await takeJob();
  const machine = await openContainer(job);
  const run = await machine.run(['exec', '--json', '--skip-git-repo-check', '-'], { input: job.prompt });
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Made.') });
  expect(await machine.files.work.read('made.txt')).toBe('hi\n');

  const { api } = acceptance.organisation.owner;
  const facts = { credential: 'hosted-task', member: { id: member.memberId }, policyName: 'Careful' };
  const calls = async () => (await api.activity.list({ outcome: 'completed' })).items;
  await expect.poll(calls).toMatchObject([
    { ...facts, sandboxMode: 'workspace-write' },
    { ...facts, sandboxMode: 'workspace-write' },
  ]);
  const { db } = acceptance.reeve.services;
  const surfaces = async () => {
    const rows = await db.selectFrom('activity_events').select(['source', 'surface']).distinct().execute();
    return rows.map(({ source, surface }) => `${source} ${surface}`).toSorted();
  };
  await expect.poll(surfaces).toEqual(['client-events CODEX_WEB', 'gateway CODEX_WEB', 'otel CODEX_WEB']);

  // The vendor’s records of it, and its figures.
  const toolEnd = db.selectFrom('activity_events').select('id').where('kind', '=', 'tool.completed');
  await expect.poll(() => toolEnd.execute()).toHaveLength(1);
  const attempts = db.selectFrom('activity_events').select(['attempt_id', 'task_id', 'environment_id']).distinct();
  const { attemptId: attempt_id, taskId: task_id } = job;
  expect(await attempts.execute()).toEqual([{ attempt_id, task_id, environment_id: task.environmentId }]);
  const records = (await codexLog()).filter(({ client_id }) => client_id === 'CODEX_WEB');
  expect(records.map(({ event_type }) => event_type)).toEqual(
    expect.arrayContaining(['PROMPT_SENT', 'PROMPT_RESPONSE_RECEIVED', 'TOOL_CALL_SUGGESTED', 'TOOL_CALL_COMPLETED']),
  );
  const places = new Set(records.map(({ event_details }) => event_details.environment_id));
  expect(places).toEqual(new Set([task.environmentId]));
  await countUsage(acceptance.reeve.services).runToEnd();
  const totals = { calls: 2, threads: 1, turns: 1, activeMembers: 1, totalTokens: 300 };
  expect((await api.analytics.summary({})).bySurface).toMatchObject([{ key: 'CODEX_WEB', totals }]);
});

test('the client can do nothing with it once the attempt has ended', async () => {
  const job = await takeJob();
  const machine = await openContainer(job);
  const { reeve, organisation, upstream } = acceptance;
  const { workspaceId } = organisation;
  const end = { workspaceId, attemptId: job.attemptId, ending: 'cancelled', at: new Date() } as const;
  await reeve.services.db.transaction().execute((tx) => endAttempt(tx, end));
  const before = upstream.requests.length;
  expect(await machine.run(['exec', '--skip-git-repo-check', '-'], { input: job.prompt })).toMatchObject({
    exitCode: 1,
  });
  expect(upstream.requests).toHaveLength(before);
});
