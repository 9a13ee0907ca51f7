import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunnerConfig } from '#runner/config.ts';
import { type Runner, startRunner } from '#runner/start-runner.ts';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { type Acceptance, openAcceptance } from '#testing/acceptance/open-acceptance.ts';
import { plainEnvironment } from '#testing/environment-tests.ts';
import { seedGitAccount, seedGithub, trustAuthority } from '#testing/git-repositories.ts';
import type { Person } from '#testing/organisation.ts';
import type { Simulator } from '#testing/servers/github/simulator.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';

let folder: string;
let acceptance: Acceptance;
let github: Simulator;
let owner: Person;
let repositoryId: string;
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
  const { workspaceId } = acceptance.organisation;
  const { services } = acceptance.reeve;
  const by = { workspaceId, createdBy: 'Ada' };
  const { connectionId, repositories } = await seedGithub(services, by, { github, made, installation });
  await seedGitAccount(services, { workspaceId, memberId: owner.memberId, connectionId }, ada);
  return repositories.get('example/backend') ?? '';
}

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-try-');
  acceptance = await openAcceptance();
  owner = acceptance.organisation.owner;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true, agentInternetAllowed: true });
  repositoryId = await connectRepository();
  const { token } = await owner.api.runners.createToken({});
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(authorityFile, acceptance.organisation.authorityPem);
  const { origin } = acceptance.reeve;
  runner = await startRunner({
    config: readRunnerConfig(
      { server: origin, name: 'laptop', data: join(folder, 'runner'), driver: ['process'], ca: authorityFile },
      { REEVE_CLIENTS_FOLDER: clientPins, REEVE_RUNNER_TOKEN: token },
    ),
    version: 'test',
    clientFolder: (version) => runnerProgram.clientFolder(version, clientPins),
    bubblewraps: () => runnerProgram.bubblewraps(clientPins),
    askToken: () => Promise.reject(new Error('has a token')),
    log: (line) => lines.push(line),
  });
});
afterAll(async () => {
  await runner?.stop(0);
  await github?.close();
  await acceptance?.close();
  await rm(folder, { recursive: true, force: true });
});

const made = (more: Parameters<typeof plainEnvironment>[1]) =>
  owner.api.environments.create(
    plainEnvironment([repositoryId], { machineSize: 'small', timeLimitMinutes: 5, ...more }),
  );

async function tried(id: string) {
  const { id: tryId, attemptId } = await owner.api.environments.try({ id });
  const read = () => owner.api.environments.getTry({ id, tryId });
  await expect.poll(async () => (await read()).finishedAt, { timeout: 90_000 }).not.toBeNull();
  const { items } = await owner.api.tasks.attemptLog({ attemptId });
  return { ended: await read(), log: items.map(({ text }) => text).join('\n') };
}

test('a try runs set-up with its variables and secrets, hides the secrets in its log, and asks no model', async () => {
  const { id } = await made({
    label: 'Works',
    setupScript: 'cat greeting.txt; echo "colour $COLOUR, token $NPM_TOKEN"',
    variables: [{ name: 'COLOUR', value: 'green' }],
  });
  await owner.api.environments.setSecret({ id, name: 'NPM_TOKEN', value: 'npm_very-secret' });
  const { ended, log } = await tried(id);
  expect(ended, `${log}\n${lines.join('\n')}`).toMatchObject({ state: 'passed', sentence: 'Set-up ran through.' });
  expect(log).toContain('hello');
  expect(log).toContain('colour green, token ***');
  expect(log).not.toContain('npm_very-secret');
  expect(acceptance.upstream.requests).toHaveLength(0);
  const { lastTry, taskCount } = await owner.api.environments.get({ id });
  expect({ lastTry: lastTry?.state, taskCount }).toEqual({ lastTry: 'passed', taskCount: 0 });
});

test('a script that fails is told with where', async () => {
  const { id } = await made({ label: 'Fails', setupScript: 'echo before; exit 7; echo after' });
  const { ended, log } = await tried(id);
  expect(ended, lines.join('\n')).toMatchObject({ state: 'failed' });
  expect(ended.sentence).toContain('The set-up script failed');
  expect(log).toContain('before');
  expect(log).not.toContain('after\n');
});

test('what set-up was refused is what the environment would have needed', async () => {
  const { id } = await made({
    label: 'Closed',
    setupInternet: 'as-agent',
    setupScript: 'curl -sS --max-time 20 https://registry.example.org/pack || true',
  });
  const { ended, log } = await tried(id);
  expect(ended, log).toMatchObject({ state: 'passed' });
  const { items } = await owner.api.environments.neededDomains({ id });
  expect(items, log).toMatchObject([{ host: 'registry.example.org', rule: 'internet-off' }]);
});

test('a try that runs is cancelled within moments', async () => {
  const { id } = await made({ label: 'Long', setupScript: 'echo begun; sleep 300' });
  const { id: tryId, attemptId } = await owner.api.environments.try({ id });
  const log = async () => (await owner.api.tasks.attemptLog({ attemptId })).items.map(({ text }) => text).join('\n');
  await expect.poll(log, { timeout: 60_000 }).toContain('begun');
  await owner.api.environments.cancelTry({ id, tryId });
  const state = async () => (await owner.api.environments.getTry({ id, tryId })).state;
  await expect.poll(state, { timeout: 60_000 }).toBe('cancelled');
});
