import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { type Acceptance, openAcceptance } from '#testing/acceptance/open-acceptance.ts';
import { seedGitAccount, seedGithub, trustAuthority } from '#testing/git-repositories.ts';
import type { Person } from '#testing/organisation.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { readRunnerConfig } from './config.ts';
import { type Runner, startRunner } from './start-runner.ts';

let folder: string;
let acceptance: Acceptance;
let github: Simulator;
let owner: Person;
let environmentId: string;
let runner: Runner;
const lines: string[] = [];

async function connectRepository(): Promise<string> {
  github = await startGithub();
  trustAuthority(github.authorityPem);
  const ada = github.addUser('ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  github.addOrganization('example', { owners: ['ada'] });
  await github.addRepository('example/backend', { files: { 'greeting.txt': 'hello\n' } });
  const permissions = { contents: 'write', pull_requests: 'write' } as const;
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions, events: ['push'] });
  const installation = await github.install(made.app, 'example');
  const { services } = acceptance.reeve;
  const { workspaceId } = acceptance.organisation;
  const { connectionId, repositories } = await seedGithub(
    services,
    { workspaceId, createdBy: 'Ada' },
    { github, made, installation },
  );
  await seedGitAccount(services, { workspaceId, memberId: owner.memberId, connectionId }, ada);
  return repositories.get('example/backend') ?? '';
}

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-hosted-');
  acceptance = await openAcceptance();
  const { organisation, reeve } = acceptance;
  owner = organisation.owner;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  await organisation.assign(
    [],
    (
      await organisation.addPolicy(
        'Free',
        'allowed_sandbox_modes = ["read-only", "workspace-write", "danger-full-access"]\n',
      )
    ).id,
  );
  const repositoryId = await connectRepository();
  const environment = await owner.api.environments.create({
    label: 'Backend',
    description: null,
    repositoryIds: [repositoryId],
    image: { kind: 'default' },
    languageVersions: {},
    setupScript: 'test -n "$NPM_TOKEN" && echo "set up with $NPM_TOKEN"; echo built > ~/built',
    maintenanceScript: 'echo again >> ~/built',
    variables: [{ name: 'COLOUR', value: 'green' }],
    internet: { isOn: false, preset: 'none', domains: [], methods: 'safe' },
    setupInternet: 'off',
    machineSize: 'small',
    runtime: 'any',
    runnerLabels: [],
    timeLimitMinutes: 5,
    isCacheOn: true,
    cacheHours: 12,
    model: null,
    sharing: 'workspace',
    groupIds: [],
  });
  environmentId = environment.id;
  await owner.api.environments.setSecret({ id: environmentId, name: 'NPM_TOKEN', value: 'npm_very-secret' });
  const { token } = await owner.api.runners.createToken({});
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(authorityFile, organisation.authorityPem);
  runner = await startRunner({
    config: readRunnerConfig(
      { server: reeve.origin, name: 'laptop', data: join(folder, 'runner'), driver: ['process'], ca: authorityFile },
      { REEVE_CLIENTS_FOLDER: clientPins, REEVE_RUNNER_TOKEN: token },
    ),
    version: 'test',
    clientFolder: (version) => runnerProgram.clientFolder(version, clientPins),
    bubblewraps: () => runnerProgram.bubblewraps(clientPins),
    askToken: () => Promise.reject(new Error('has a token')),
    log: (line) => lines.push(line),
  });
}, 180_000);
afterAll(async () => {
  await runner?.stop(0);
  await github?.close();
  await acceptance?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The first attempt of a turn once it has ended. */
async function ended(taskId: string, turn = 1) {
  const find = async () => {
    const { turns } = await owner.api.tasks.get({ id: taskId });
    return turns.find(({ number }) => number === turn)?.attempts[0];
  };
  await expect.poll(async () => (await find())?.state, { timeout: 90_000 }).toMatch(/completed|failed|cancelled/);
  const attempt = await find();
  if (!attempt) throw new Error('no attempt');
  return attempt;
}

const logOf = async (attemptId: string) =>
  (await owner.api.tasks.attemptLog({ attemptId })).items.map(({ kind, text }) => `${kind}: ${text}`).join('\n');

test('a task of the console: repository, set-up, the stock client under the member’s policy, a change, its diff', async () => {
  acceptance.onPrompt(
    'Greet the world.',
    eachTurn(
      shellCommand('echo "hello world" > greeting.txt; cat ~/built; env | grep -c NPM_TOKEN'),
      message('Greeted.'),
    ),
  );
  const task = await owner.api.tasks.create({ environmentId, mode: 'code', prompt: 'Greet the world.' });
  const attempt = await ended(task.id);
  expect(attempt, lines.join('\n')).toMatchObject({ ending: 'changed', answer: 'Greeted.', isFromCache: false });
  const log = await logOf(attempt.id);
  expect(log).toContain('set up with ***');
  expect(log).toMatch(/command-output: built\n0/);
  const { diff, isFinal } = await owner.api.tasks.diff({ id: task.id, attemptId: attempt.id });
  expect(diff).toContain('-hello\n+hello world');
  expect(isFinal).toBe(true);
  const { items } = await owner.api.tasks.egress({ attemptId: attempt.id });
  expect(items.some(({ rule, path }) => rule === 'gateway' && path?.endsWith('/responses'))).toBe(true);
});

test('a follow-up goes on with the thread and the changes, with set-up used again', async () => {
  acceptance.onPrompt(
    'Louder.',
    eachTurn(shellCommand('tr a-z A-Z < greeting.txt > loud.txt; cat ~/built'), message('Louder.')),
  );
  const id = (await owner.api.tasks.list({})).items[0]?.id ?? '';
  const first = await ended(id);
  await owner.api.tasks.followUp({ id, attemptId: first.id, prompt: 'Louder.', mode: 'code' });
  const second = await ended(id, 2);
  expect(second, lines.join('\n')).toMatchObject({ ending: 'changed', isFromCache: true });
  expect(await logOf(second.id)).toMatch(/command-output: built\nagain/);
  const { diff, stats } = await owner.api.tasks.diff({ id, attemptId: second.id });
  expect(diff).toContain('+HELLO WORLD');
  expect(stats.filesModified).toBe(2);
});

test('cancelling ends it within moments', async () => {
  acceptance.onPrompt('Wait.', eachTurn(shellCommand('sleep 300'), message('never')));
  const task = await owner.api.tasks.create({ environmentId, mode: 'code', prompt: 'Wait.' });
  const attemptOf = async () => (await owner.api.tasks.get({ id: task.id })).turns[0]?.attempts[0];
  await expect
    .poll(async () => logOf((await attemptOf())?.id ?? '').catch(() => ''), { timeout: 60_000 })
    .toContain('command: ');
  await owner.api.tasks.cancel({ id: task.id });
  expect(await ended(task.id)).toMatchObject({ ending: 'cancelled' });
});
