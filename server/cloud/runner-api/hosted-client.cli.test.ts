import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Job } from '#contract/runner-protocol.ts';
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
