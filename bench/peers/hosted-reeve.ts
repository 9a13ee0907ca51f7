/**
 * Codex cloud as it runs in production: `reeve serve` and `reeve run` are processes of their own. GitHub and the model are in the bench's
 * process.
 */

import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import type { EnvironmentSettings } from '#contract/environments.ts';
import { readConfig } from '#server/config.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { startReeve } from '#server/start.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { type Program, startProgram } from '#server/stock-client/start-program.ts';
import type { ContainerEngine } from '#testing/container-engine.ts';
import { freePort } from '#testing/free-port.ts';
import { seedGitAccount, seedGithub, trustAuthority } from '#testing/git-repositories.ts';
import { foundOrganisation, type Person } from '#testing/organisation.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { seedDataFolder } from '#testing/seed-data-folder.ts';
import { startGithub } from '#testing/servers/github/start-github.ts';
import type { BenchModel } from './scripted-model.ts';

const root = join(import.meta.dirname, '../..');

const settings: Omit<EnvironmentSettings, 'repositoryIds'> = {
  label: 'Backend',
  description: null,
  image: { kind: 'default' },
  languageVersions: {},
  setupScript: 'echo built > ~/built',
  maintenanceScript: '',
  variables: [],
  internet: { isOn: false, preset: 'none', domains: [], methods: 'safe' },
  setupInternet: 'off',
  machineSize: 'small',
  runtime: 'any',
  runnerLabels: [],
  timeLimitMinutes: 10,
  isCacheOn: true,
  cacheHours: 12,
  model: null,
  sharing: 'workspace',
  groupIds: [],
};

/** Two megabytes in 400 files. */
const files = Object.fromEntries(
  Array.from({ length: 400 }, (_, index) => [
    `src/part-${index % 20}/file-${index}.txt`,
    `${index} is the number of this file, and this line is here to fill it.\n`.repeat(75),
  ]),
);

export interface HostedReeve {
  /** The first is the owner. */
  people: Person[];
  environmentId: string;
  /** Another set-up script: nothing that was kept serves any more. */
  changeSetup(script: string): Promise<void>;
  server: Program;
  /** Registers a runner with a folder of its own at the first call, and starts it. Resolves when it takes work. */
  startRunner(capacity: number): Promise<Program>;
  runnerFolder: string;
  close(): Promise<void>;
}

/** The most that was ever resident of this process, in megabytes, without what it started. */
export function peakMegabytes({ pid }: Pick<Program, 'pid'>): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}

const ticksPerSecond = 100;

/** Processor time so far, in milliseconds: of the process, and of the programs that it started and that have ended. */
export function processorMs(pid: number): { own: number; programs: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces; user and system time are the 14th and 15th word, those of ended children the two after.
  const words = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = words.slice(11, 15);
  const inMs = (ticks: number) => (ticks * 1000) / ticksPerSecond;
  return { own: inMs(user + system), programs: inMs(childUser + childSystem) };
}

async function stop(program: Program, graceMs: number): Promise<void> {
  program.kill('SIGTERM');
  const over = wait(graceMs, undefined, { ref: false }).then(() => program.kill('SIGKILL'));
  await Promise.race([program.exit, over]);
  await program.exit;
}

async function startSimulatedGithub() {
  const github = await startGithub();
  trustAuthority(github.authorityPem);
  const accounts = [github.addUser('ada', { name: 'Ada Lovelace', email: 'ada@example.com' })];
  github.addOrganization('example', { owners: ['ada'] });
  const permissions = { contents: 'write', pull_requests: 'write' } as const;
  const made = github.createApp({ owner: 'example', name: 'Reeve', permissions, events: ['push'] });
  return { github, made, accounts };
}

/** Everything as it stands in the data folder before `reeve serve` is started on it. */
async function prepare(
  folder: string,
  { listen, members, model }: { listen: string; members: number; model: BenchModel },
) {
  const dataFolder = join(folder, 'data');
  await seedDataFolder(dataFolder);
  const config = readConfig({ REEVE_DATA: dataFolder, REEVE_LISTEN: listen, REEVE_METRICS_LISTEN: 'off' });
  const dns = async () => [];
  const reeve = await startReeve({ config, log: pino({ level: 'error' }), clock: () => new Date(), resolveTxt: dns });
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  await organisation.serveModel({ baseUrl: model.baseUrl, apiKey: model.apiKey }, model.name);
  const { owner, workspaceId, authorityPem } = organisation;
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  const free = 'allowed_sandbox_modes = ["read-only", "workspace-write", "danger-full-access"]\n';
  await organisation.assign([], (await organisation.addPolicy('Free', free)).id);
  const { github, made, accounts } = await startSimulatedGithub();
  const people = [owner];
  for (let index = 1; index < members; index += 1) {
    people.push(await organisation.addMember({ name: `Member ${index}`, role: 'codex-user' }));
    accounts.push(github.addUser(`member-${index}`));
  }
  const collaborators = Object.fromEntries(accounts.map(({ login }) => [login, 'write' as const]));
  await github.addRepository('example/backend', { files, collaborators });
  const installation = await github.install(made.app, 'example');
  const place = { workspaceId, createdBy: 'Ada' };
  const { connectionId, repositories } = await seedGithub(reeve.services, place, { github, made, installation });
  for (const [index, { memberId }] of people.entries()) {
    const account = accounts[index];
    if (account) await seedGitAccount(reeve.services, { workspaceId, memberId, connectionId }, account);
  }
  const repositoryIds = [repositories.get('example/backend') ?? ''];
  const { id: environmentId } = await owner.api.environments.create({ ...settings, repositoryIds });
  const { token } = await owner.api.runners.createToken({});
  await reeve.close();
  return { dataFolder, people, environmentId, token, github, authorityPem, origin: reeve.origin, repositoryIds };
}

export async function startHostedReeve(
  engine: ContainerEngine,
  { members, model }: { members: number; model: BenchModel },
): Promise<HostedReeve> {
  const folder = await mkdtemp('/var/tmp/reeve-bench-hosted-');
  const listen = `127.0.0.1:${await freePort()}`;
  const made = await prepare(folder, { listen, members, model });
  const { people, environmentId, github, origin, token } = made;
  const authorityFile = join(folder, 'authority.pem');
  const githubFile = join(folder, 'github.pem');
  await writeFile(authorityFile, made.authorityPem);
  await writeFile(githubFile, github.authorityPem);
  const nodeOptions = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
  const start = (args: string[], env: Record<string, string>) =>
    startProgram(process.execPath, [...nodeOptions, 'server/main.ts', ...args], {
      cwd: root,
      env: { ...programEnvironment(), ...env },
    });
  const server = start(['serve'], {
    REEVE_DATA: made.dataFolder,
    REEVE_LISTEN: listen,
    REEVE_METRICS_LISTEN: 'off',
    REEVE_EMBEDDED_RUNNER: 'off',
    NODE_EXTRA_CA_CERTS: githubFile,
  });
  await server.waitForOutput(/Metrics {2,}\S+\n/, { timeoutMs: 120_000 });
  const runnerFolder = join(folder, 'runner');
  const runners: Program[] = [];
  // Also where the bench ends before its time: these would go on without it.
  process.once('exit', () => {
    for (const program of [...runners, server]) if (program.running) program.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return {
    ...{ people, environmentId, server, runnerFolder },
    async changeSetup(setupScript) {
      const { environments } = (people[0] as Person).api;
      const { revision } = await environments.get({ id: environmentId });
      const { repositoryIds } = made;
      await environments.update({ ...settings, setupScript, repositoryIds, id: environmentId, revision });
    },
    async startRunner(capacity) {
      const options = ['--driver', 'docker', '--engine', engine.socketPath, '--image', engine.image];
      const place = ['--server', origin, '--ca', authorityFile, '--data', runnerFolder, '--name', 'bench'];
      const runner = start(['run', ...place, ...options, '--capacity', String(capacity), '--grace', '0'], {
        REEVE_RUNNER_TOKEN: token,
        REEVE_CLIENTS_FOLDER: clientPins,
      });
      runners.push(runner);
      await runner.waitForOutput(/attempts at once/, { timeoutMs: 60_000 });
      return runner;
    },
    async close() {
      for (const program of [...runners, server]) await stop(program, 20_000);
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
