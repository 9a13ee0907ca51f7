import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { EnvironmentSettings } from '#contract/environments.ts';
import type { TaskAttempt } from '#contract/tasks.ts';
import { readRunnerConfig } from '#runner/config.ts';
import { type Runner, startRunner } from '#runner/start-runner.ts';
import { runnerProgram } from '#server/commands/runner-program.ts';
import type { Services } from '#server/services.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { type Acceptance, openAcceptance } from './acceptance/open-acceptance.ts';
import { seedGitAccount, seedGithub, trustAuthority } from './git-repositories.ts';
import type { Person } from './organisation.ts';
import type { Simulator } from './servers/github/simulator.ts';
import { startGithub } from './servers/github/start-github.ts';

export interface HostedWorld {
  acceptance: Acceptance;
  github: Simulator;
  owner: Person;
  /** Changes the one environment, which set-up with a secret, a variable and no internet. */
  environment(change: Partial<EnvironmentSettings>): Promise<void>;
  environmentId: string;
  /** Gives a task and waits until each of its attempts has ended. */
  give(prompt: string, attempts?: number): Promise<{ taskId: string; attempts: TaskAttempt[] }>;
  ended(taskId: string, turn?: number): Promise<TaskAttempt[]>;
  logOf(attemptId: string): Promise<string>;
  /** What the runner said. */
  lines: string[];
  close(): Promise<void>;
}

export const setupSecret = 'npm_very-secret';

/** Of an environment whose set-up takes a secret, and that has no internet. */
export const hostedSettings: Omit<EnvironmentSettings, 'repositoryIds'> = {
  label: 'Backend',
  description: null,
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
};

/** Ada's own GitHub, with one repository that Reeve may reach. */
export async function connectRepository(
  services: Pick<Services, 'db' | 'secrets'>,
  { workspaceId, owner, github }: { workspaceId: string; owner: Person; github: Simulator },
): Promise<string> {
  const ada = github.addUser('ada', { name: 'Ada Lovelace', email: 'ada@example.com' });
  github.addOrganization('example', { owners: ['ada'] });
  await github.addRepository('example/backend', { files: { 'greeting.txt': 'hello\n' } });
  const permissions = { contents: 'write', pull_requests: 'write' } as const;
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions, events: ['push'] });
  const installation = await github.install(made.app, 'example');
  const { connectionId, repositories } = await seedGithub(
    services,
    { workspaceId, createdBy: 'Ada' },
    { github, made, installation },
  );
  await seedGitAccount(services, { workspaceId, memberId: owner.memberId, connectionId }, ada);
  return repositories.get('example/backend') ?? '';
}

/** A real server with a policy, a repository on GitHub, an environment, and a real runner in this process with one driver. */
export async function openHostedWorld(
  driver: { kind: 'process' } | { kind: 'docker'; socketPath: string; image: string },
  environment: Record<string, string> = {},
): Promise<HostedWorld> {
  const folder = await mkdtemp('/var/tmp/reeve-hosted-');
  const lines: string[] = [];
  const acceptance = await openAcceptance(environment);
  const { organisation, reeve } = acceptance;
  const { owner } = organisation;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  const free = 'allowed_sandbox_modes = ["read-only", "workspace-write", "danger-full-access"]\n';
  await organisation.assign([], (await organisation.addPolicy('Free', free)).id);
  const github = await startGithub();
  trustAuthority(github.authorityPem);
  const { workspaceId } = organisation;
  const repositoryId = await connectRepository(reeve.services, { workspaceId, owner, github });
  const made = await owner.api.environments.create({ ...hostedSettings, repositoryIds: [repositoryId] });
  const environmentId = made.id;
  await owner.api.environments.setSecret({ id: environmentId, name: 'NPM_TOKEN', value: setupSecret });
  const { token } = await owner.api.runners.createToken({});
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(authorityFile, organisation.authorityPem);
  const engine = driver.kind === 'docker' ? { engine: driver.socketPath, image: driver.image } : {};
  const runner: Runner = await startRunner({
    config: readRunnerConfig(
      {
        ...{ server: reeve.origin, name: 'laptop', data: join(folder, 'runner'), capacity: 3 },
        ...{ driver: [driver.kind], ca: authorityFile, ...engine },
      },
      { REEVE_CLIENTS_FOLDER: clientPins, REEVE_RUNNER_TOKEN: token },
    ),
    version: 'test',
    clientFolder: (version) => runnerProgram.clientFolder(version, clientPins),
    bubblewraps: () => runnerProgram.bubblewraps(clientPins),
    askToken: () => Promise.reject(new Error('has a token')),
    log: (line) => lines.push(line),
  });
  const attemptsOf = async (taskId: string, turn: number) =>
    (await owner.api.tasks.get({ id: taskId })).turns.find(({ number }) => number === turn)?.attempts ?? [];
  const ended = async (taskId: string, turn = 1) => {
    const areEnded = async () => {
      const all = await attemptsOf(taskId, turn);
      return all.length > 0 && all.every(({ state }) => /completed|failed|cancelled/.test(state));
    };
    await expect.poll(areEnded, { timeout: 90_000 }).toBe(true);
    return attemptsOf(taskId, turn);
  };
  return {
    ...{ acceptance, github, owner, environmentId, ended, lines },
    async environment(change) {
      const { revision } = await owner.api.environments.get({ id: environmentId });
      const next = { ...hostedSettings, repositoryIds: [repositoryId], ...change };
      await owner.api.environments.update({ ...next, id: environmentId, revision });
    },
    async give(prompt, attempts = 1) {
      const { id } = await owner.api.tasks.create({ environmentId, mode: 'code', prompt, attempts });
      return { taskId: id, attempts: await ended(id) };
    },
    logOf: async (attemptId) =>
      (await owner.api.tasks.attemptLog({ attemptId })).items.map(({ kind, text }) => `${kind}: ${text}`).join('\n'),
    async close() {
      await runner.stop(0);
      await github.close();
      await acceptance.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
