import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { greatestUid, type RunnerOptions, RunnerRefused, readRunnerConfig } from './config.ts';
import { CallFailed } from './reeve/call-reeve.ts';
import { type Runner, type RunnerNeeds, startRunner } from './start-runner.ts';

/** What the program brings that the runner has no part in. */
export interface RunProgram {
  version: string;
  /** The folder of the stock client's package; installed below `folder` when it is not there. */
  clientFolder: (version: string, folder: string) => Promise<string>;
  bubblewraps: (clientsFolder: string) => Promise<readonly string[]>;
}

function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < min || number > max)
      throw new InvalidArgumentError(`A number from ${min} to ${max}.`);
    return number;
  };
}

const collect = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

async function askToken(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question('Registration token (Codex cloud › Runners in the console): ')).trim();
  } finally {
    lines.close();
  }
}

const log = (line: string) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);

/** A second signal, or the end of whoever started us, does not wait. */
async function untilStopped(
  runner: Runner,
  { graceSeconds, isEmbedded }: { graceSeconds: number; isEmbedded: boolean },
) {
  const first = Promise.withResolvers<number>();
  const second = Promise.withResolvers<void>();
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      count += 1;
      if (count > 1) return second.resolve();
      first.resolve(graceSeconds);
      log(`${signal}: nothing new is taken; ${runner.running} attempts may end. Once more ends them at once.`);
    });
  }
  if (isEmbedded) {
    // Reeve holds the other end, and lets go of it however it ends.
    process.stdin.resume();
    process.stdin.on('close', () => {
      first.resolve(0);
      second.resolve();
    });
  }
  const removed = runner.removed.then((because) => {
    log(`Reeve does not know this runner any more: ${because}`);
    process.exitCode = 1;
    return 0;
  });
  const seconds = await Promise.race([first.promise, removed]);
  void second.promise.then(() => runner.end());
  await runner.stop(seconds * 1000);
}

async function run(program: RunProgram, options: RunnerOptions & { embedded?: boolean }): Promise<void> {
  try {
    await work(program, options);
  } catch (error) {
    if (!(error instanceof RunnerRefused || error instanceof CallFailed)) throw error;
    log(error.message);
    process.exit(1);
  }
}

async function work(
  program: RunProgram,
  { embedded, ...options }: RunnerOptions & { embedded?: boolean },
): Promise<void> {
  // What is made for containers belongs to another user there. Nobody else reaches it: the data folder itself is closed.
  process.umask(0o022);
  const config = readRunnerConfig(options);
  const needs: RunnerNeeds = {
    config,
    version: program.version,
    clientFolder: (version) => program.clientFolder(version, config.clientsFolder),
    bubblewraps: () => program.bubblewraps(config.clientsFolder),
    askToken,
    log,
  };
  const runner = await startRunner(needs);
  log(`runner ${runner.id} works for ${config.origin}, ${config.capacity} attempts at once`);
  await untilStopped(runner, { graceSeconds: config.graceSeconds, isEmbedded: embedded === true });
  process.exit();
}

export const runCommand = (program: RunProgram) =>
  new Command('run')
    .description('Run tasks of Codex cloud on this machine')
    .option('--server <origin>', 'where Reeve is (REEVE_RUNNER_SERVER)')
    .option('--name <name>', 'how the console calls it (REEVE_RUNNER_NAME); the name of the machine if not given')
    .option('--data <folder>', 'its own folder (REEVE_RUNNER_DATA)')
    .option('--label <label>', 'what an environment may ask for; may be repeated (REEVE_RUNNER_LABELS)', collect)
    .option('--capacity <number>', 'tasks at once (REEVE_RUNNER_CAPACITY)', wholeNumber(1, 1000))
    .option('--ca <file>', 'PEM file of the authority that signed Reeve’s certificate (REEVE_RUNNER_CA)')
    .option('--connect <host:port>', 'dial this in place of the server’s name (REEVE_RUNNER_CONNECT)')
    .option('--driver <name>', 'docker, kubernetes or process; may be repeated (REEVE_RUNNER_DRIVERS)', collect)
    .option('--engine <socket>', 'of Docker or Podman, if not at the usual place (REEVE_RUNNER_ENGINE)')
    .option('--image <reference>', 'for environments that choose none (REEVE_RUNNER_IMAGE)')
    .option(
      '--uid <number>',
      'the user that containers of an engine are on this machine, nobody else’s (REEVE_RUNNER_UID)',
      wholeNumber(1, greatestUid),
    )
    .option(
      '--grace <seconds>',
      'how long tasks may go on after SIGTERM (REEVE_RUNNER_GRACE_SECONDS)',
      wholeNumber(0, 86_400),
    )
    .option('--embedded', 'started by Reeve itself: ends with it')
    .addHelpText('after', '\nThe registration token is read from REEVE_RUNNER_TOKEN, or asked for. It is needed once.')
    .action((options) => run(program, options));
