import { appendFile, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestedClient } from '#contract/tested-clients.ts';
import { programPath } from '#server/config.ts';
import { type AppServer, startAppServer } from './app-server.ts';
import { endProcesses, MACHINE_VARIABLE } from './end-processes.ts';
import { type Folder, openFolder } from './folder.ts';
import { type ClientBinary, ensureClient } from './install-client.ts';
import type { Isolation } from './isolation.ts';
import { createPrivateMounts } from './private-mounts.ts';
import { signMachine } from './remove-orphans.ts';
import { type Finished, type Program, startProgram } from './start-program.ts';

export interface ScratchMachineOptions {
  version: TestedClient;
  /** Where it is installed, when it is not one of the pins. */
  client?: ClientBinary;
  /** Written to `config.toml`; a function gets the machine's folders, which are new for each machine. */
  configToml?: string | ((files: ClientFiles) => string);
  /** Written to `auth.json` with mode 0600. */
  authJson?: unknown;
  /** Names relative to the machine's private /etc, e.g. `codex/requirements.toml`. */
  etcFiles?: Record<string, string>;
  workFiles?: Record<string, string>;
  env?: Record<string, string>;
  /** Name → address, ahead of the list that keeps the vendors' own names unreachable. */
  hosts?: Record<string, string>;
  /** Appended to the machine's /etc/ssl/certs/ca-certificates.crt. */
  trustedCaPem?: string;
  /** For programs that somebody else has a say in: they see nothing of this server that is its own, and can write only in the machine. */
  isolated?: Isolation;
  /** Makes the work folder a git repository. */
  git?: boolean;
  /** Answers the TUI's question whether the work folder is trusted, through `config.toml`. */
  trustWorkFolder?: boolean;
}

export interface ClientFiles {
  codexHome: Folder;
  work: Folder;
  home: Folder;
  /** The machine's own /etc; the host's is never touched. */
  etc: Folder;
  /** The machine's own /usr/local/share, where `update-ca-certificates` looks for additions. */
  usrLocalShare: Folder;
}

export interface RunOptions {
  input?: string;
  env?: Record<string, string>;
  /** The work folder when not given. */
  cwd?: string;
  signal?: AbortSignal;
  /** A limit for hopeless runs: the program is killed and the call rejects with what it printed. */
  timeoutMs?: number;
}

export interface ScratchMachine extends AsyncDisposable {
  readonly version: TestedClient;
  readonly files: ClientFiles;
  /** A program file that runs the CLI inside this machine, e.g. for the SDK's `codexPathOverride`. */
  readonly codexPath: string;
  /** The whole environment a program of this machine gets. */
  environment(extra?: Record<string, string>): Record<string, string>;
  /** Runs the CLI to its end; standard input is closed unless `input` is given. */
  run(args: string[], options?: RunOptions): Promise<Finished>;
  /** Starts the CLI and returns at once; standard input stays open. */
  spawn(args: string[], options?: Omit<RunOptions, 'input' | 'timeoutMs'>): Program;
  /** Runs `sh -c script` in the machine; `codex` is on its PATH. `args` become $1, $2, … */
  shell(script: string, options?: RunOptions & { args?: string[] }): Promise<Finished>;
  /** How to start the CLI inside the machine for whoever brings a terminal of their own; hand what was started to `adopt`. */
  command(args: string[]): string[];
  /** Ends with the machine. */
  adopt(program: Program): void;
  appServer(args?: string[], options?: { env?: Record<string, string> }): AppServer;
  /** Ends every process of the machine and removes its files. */
  close(): Promise<void>;
}

const RUN_TIMEOUT_MS = 120_000;

// Not below /tmp: a workspace-write sandbox may write there, so tests of the sandbox would prove nothing.
export const MACHINES_FOLDER = '/var/tmp';

async function untilExit(program: Program, what: string, timeoutMs = RUN_TIMEOUT_MS): Promise<Finished> {
  let limit: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    limit = setTimeout(() => {
      program.kill('SIGKILL');
      const printed = `--- stdout\n${program.stdout}\n--- stderr\n${program.stderr}`;
      reject(new Error(`${what} did not end within ${timeoutMs} ms\n${printed}`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([program.exit, expired]);
  } finally {
    clearTimeout(limit);
  }
}

async function layOut(root: string, codex: ClientBinary, options: ScratchMachineOptions): Promise<ClientFiles> {
  const mounts = { hosts: options.hosts ?? {}, packageFolder: codex.folder, isolated: options.isolated };
  const { etc, usrLocalShare } = await createPrivateMounts(root, mounts);
  const files: ClientFiles = {
    codexHome: openFolder(path.join(root, 'home/.codex')),
    work: openFolder(path.join(root, 'work')),
    home: openFolder(path.join(root, 'home')),
    etc: openFolder(etc),
    usrLocalShare: openFolder(usrLocalShare),
  };
  for (const folder of [files.codexHome.path, files.work.path, path.join(root, 'bin')]) {
    await mkdir(folder, { recursive: true });
  }
  await symlink(path.join(root, 'package', codex.executable), path.join(root, 'bin/codex'));
  const launcher = `#!/bin/sh\nexec '${root}/enter' '${root}/work' '${root}/package/${codex.executable}' "$@"\n`;
  await writeFile(path.join(root, 'codex'), launcher);
  await chmod(path.join(root, 'codex'), 0o755);
  const { configToml = '' } = options;
  const trust = options.trustWorkFolder ? `\n[projects."${files.work.path}"]\ntrust_level = "trusted"\n` : '';
  const config = (typeof configToml === 'string' ? configToml : configToml(files)) + trust;
  if (config !== '') await files.codexHome.write('config.toml', config);
  if (options.authJson !== undefined) {
    await files.codexHome.write('auth.json', JSON.stringify(options.authJson), { mode: 0o600 });
  }
  for (const [name, contents] of Object.entries(options.etcFiles ?? {})) await files.etc.write(name, contents);
  for (const [name, contents] of Object.entries(options.workFiles ?? {})) await files.work.write(name, contents);
  if (options.trustedCaPem !== undefined) {
    await mkdir(files.etc.file('ssl/certs'), { recursive: true });
    await appendFile(files.etc.file('ssl/certs/ca-certificates.crt'), `\n${options.trustedCaPem}\n`);
  }
  return files;
}

/**
 * A developer's computer with the stock CLI: its own home, CODEX_HOME, temporary folder, work folder and /etc.
 * Machines are independent of each other, so tests may run several at once.
 */
export async function openScratchMachine(options: ScratchMachineOptions): Promise<ScratchMachine> {
  const { version } = options;
  const codex = options.client ?? (await ensureClient(version));
  const root = await mkdtemp(path.join(MACHINES_FOLDER, 'reeve-client-'));
  const files = await signMachine(root)
    .then(() => layOut(root, codex, options))
    .catch(async (error: unknown) => {
      await rm(root, { recursive: true, force: true });
      throw error;
    });
  const executable = path.join(root, 'package', codex.executable);
  const started = new Set<Program>();

  const environment = (extra: Record<string, string> = {}): Record<string, string> => ({
    PATH: `${path.join(root, 'bin')}:${path.join(root, 'package', codex.tools)}:${programPath()}:/usr/sbin:/sbin`,
    HOME: files.home.path,
    CODEX_HOME: files.codexHome.path,
    TMPDIR: '/tmp',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    // `codex login` opens the sign-in page itself; in tests it is opened by the test.
    BROWSER: '/bin/true',
    [MACHINE_VARIABLE]: root,
    ...options.env,
    ...extra,
  });

  const start = (command: string[], { env, cwd, input, signal }: RunOptions, stdin: 'open' | 'closed'): Program => {
    const program = startProgram(path.join(root, 'enter'), [cwd ?? files.work.path, ...command], {
      cwd: root,
      env: environment(env),
      input,
      signal,
      keepInputOpen: stdin === 'open',
    });
    started.add(program);
    return program;
  };

  const close = async (): Promise<void> => {
    for (const program of started) program.kill('SIGKILL');
    await endProcesses(root);
    await Promise.allSettled([...started].map((program) => program.exit));
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };

  if (options.git) {
    const git = start(['git', 'init', '--quiet', '--initial-branch=main'], {}, 'closed');
    const { exitCode, stderr } = await git.exit;
    if (exitCode !== 0) throw new Error(`git init failed: ${stderr}`);
  }

  return {
    version,
    files,
    codexPath: path.join(root, 'codex'),
    environment,
    run: (args, runOptions = {}) =>
      untilExit(start([executable, ...args], runOptions, 'closed'), `codex ${args.join(' ')}`, runOptions.timeoutMs),
    spawn: (args, spawnOptions = {}) => start([executable, ...args], spawnOptions, 'open'),
    shell: (script, { args = [], ...runOptions } = {}) =>
      untilExit(start(['/bin/sh', '-c', script, 'sh', ...args], runOptions, 'closed'), script, runOptions.timeoutMs),
    command: (args) => [path.join(root, 'enter'), files.work.path, executable, ...args],
    adopt: (program) => void started.add(program),
    appServer: (args = [], { env } = {}) => {
      const program = start([executable, 'app-server', ...args], env === undefined ? {} : { env }, 'open');
      return startAppServer(program);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
