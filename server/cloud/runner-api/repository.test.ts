import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '#contract/runner-protocol.ts';
import { seedEnvironment, seedTask, turnCloudOn } from '#testing/cloud-queue.ts';
import { seedGitAccount, seedGithub, trustAuthority } from '#testing/git-repositories.ts';
import { type RunnerApi, type RunnerCaller, startRunnerApi } from '#testing/runner-client.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { endAttempt } from '../attempts/end-attempt.ts';

let services: TestServices;
let github: Simulator;
let api: RunnerApi;
let runner: RunnerCaller;
let workspaceId: string;
let grace: string;
let linus: string;
let task: { environmentId: string; repositoryId: string };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-fetch-'));
  services = await openTestServices();
  github = await startGithub();
  trustAuthority(github.authorityPem);
  const account = github.addUser('grace');
  github.addOrganization('example', { owners: [] });
  await github.addRepository('example/backend', {
    files: { 'README.md': '# Example\n' },
    collaborators: { grace: 'read' },
  });
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions: { contents: 'write' }, events: [] });
  const installation = await github.install(made.app, 'example');
  const { db } = services;
  ({ workspaceId } = await seedWorkspace(db));
  await turnCloudOn({ db, workspaceId });
  const connected = await seedGithub(services, { workspaceId, createdBy: 'Ada' }, { github, made, installation });
  grace = await seedMember(db, { workspaceId, email: 'grace@example.com', role: 'codex-user' });
  linus = await seedMember(db, { workspaceId, email: 'linus@example.com', role: 'codex-user' });
  const { connectionId } = connected;
  await seedGitAccount(services, { workspaceId, memberId: grace, connectionId }, account);
  const repositoryId = connected.repositories.get('example/backend') ?? '';
  task = { repositoryId, environmentId: await seedEnvironment({ db, workspaceId }, { repositoryId }) };
  api = await startRunnerApi(services);
  runner = await api.register(workspaceId);
});
afterAll(async () => {
  await api?.close();
  await github?.close();
  await services?.close();
  await rm(folder, { recursive: true, force: true });
});

async function takeJob(memberId: string): Promise<Job> {
  await seedTask(services, workspaceId, { memberId, ...task });
  const job = await runner.claim();
  if (!job) throw new Error('nothing was given out');
  return job;
}

const run = promisify(execFile);
/** As a runner does: git itself, with the runner's secret, and nothing of this machine's settings. */
async function git(job: Job, args: string[], { by = runner, epoch = job.epoch } = {}) {
  const headers = [`Authorization: Bearer ${by.secret}`, `reeve-epoch: ${epoch}`];
  const settings = headers.flatMap((header) => ['-c', `http.extraHeader=${header}`]);
  const env = { PATH: '/usr/bin:/bin', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', HOME: folder };
  try {
    return { code: 0, ...(await run('git', [...settings, ...args], { cwd: folder, env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}
const addressOf = (job: Job) => `${api.url}/attempts/${job.attemptId}/repository.git`;

test('git fetches the repository of an attempt through Reeve, while this runner has the lease, and cannot push', async () => {
  const job = await takeJob(grace);
  expect(await git(job, ['clone', '-q', addressOf(job), 'one'])).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, 'one', 'README.md'), 'utf8')).toBe('# Example\n');
  const push = await git(job, ['-C', 'one', 'push', '-q', 'origin', 'HEAD:refs/heads/mine']);
  expect(push).toMatchObject({ code: 128 });

  const another = await api.register(workspaceId);
  for (const refused of [{ by: another }, { epoch: job.epoch + 1 }])
    expect((await git(job, ['ls-remote', addressOf(job)], refused)).stderr).toContain('409');

  const end = { workspaceId, attemptId: job.attemptId, ending: 'cancelled', at: services.clock() } as const;
  await services.db.transaction().execute((tx) => endAttempt(tx, end));
  expect((await git(job, ['ls-remote', addressOf(job)])).stderr).toContain('409');
});

test('for a member whose own account may not read it, nothing is fetched', async () => {
  const job = await takeJob(linus);
  const answer = await runner.call(
    'GET',
    `/attempts/${job.attemptId}/repository.git/info/refs?service=git-upload-pack`,
  );
  expect(answer).toMatchObject({ status: 409, code: 'git-account-needed' });
});
