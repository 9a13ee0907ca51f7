import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'smol-toml';
import { testedClients } from '#contract/tested-clients.ts';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import type { ContainerEngine } from '#testing/container-engine.ts';
import type { BenchModel } from './scripted-model.ts';

async function docker({ socketPath }: ContainerEngine, args: readonly string[], input = ''): Promise<void> {
  const child = spawn('docker', ['-H', `unix://${socketPath}`, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(input);
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`docker ${args[0]} ended with ${code}: ${said.slice(-1000)}`);
}

/** `docker run` of the image that tasks have, with a command that does nothing, from the call to its end. */
export async function runNothing(engine: ContainerEngine): Promise<number> {
  const startedAt = Date.now();
  await docker(engine, ['run', '--rm', '--network=none', engine.image, '/bin/true']);
  return Date.now() - startedAt;
}

const settingsFor = ({ baseUrl, name }: BenchModel) =>
  stringify({
    model: name,
    model_provider: 'bench',
    approval_policy: 'never',
    sandbox_mode: 'danger-full-access',
    check_for_update_on_startup: false,
    model_providers: { bench: { name: 'Bench', base_url: baseUrl, env_key: 'BENCH_KEY', wire_api: 'responses' } },
  });

/**
 * The same stock client in the same image, by `docker run` and nothing else: no repository, no proxy, no policy, no limits, and the model
 * itself in place of a gateway. @returns when it was called and when it had ended, as `Date.now()`
 */
export async function runClient(engine: ContainerEngine, model: BenchModel, prompt: string) {
  const folder = await mkdtemp('/var/tmp/reeve-bench-client-');
  try {
    const home = join(folder, 'home');
    await mkdir(home);
    await writeFile(join(home, 'config.toml'), settingsFor(model));
    for (const place of [folder, home]) await chmod(place, 0o777);
    const client = await runnerProgram.clientFolder(testedClients.at(-1) ?? '', clientPins);
    const startedAt = Date.now();
    const mounts = ['-v', `${client}:/opt/codex:ro`, '-v', `${home}:/codex-home`];
    const env = ['-e', 'CODEX_HOME=/codex-home', '-e', `BENCH_KEY=${model.apiKey}`];
    const place = ['--network=host', '--workdir=/tmp', '--user=1000:1000', '-i'];
    const launch = 'PATH="/opt/codex/codex-path:$PATH" exec /opt/codex/bin/codex exec --json --skip-git-repo-check -';
    await docker(engine, ['run', '--rm', ...place, ...mounts, ...env, engine.image, '/bin/sh', '-c', launch], prompt);
    return { startedAt, endedAt: Date.now() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
