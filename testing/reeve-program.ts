import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type Finished, type Program, startProgram } from '#server/stock-client/start-program.ts';
import type { ServerAddress } from '#testing/own-api-session.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { freePort } from './free-port.ts';
import { seedDataFolder } from './seed-data-folder.ts';

// Each process loads the whole program, several a test: seconds alone, much more while other tests keep the machine busy.
vi.setConfig({ testTimeout: 240_000 });

const root = join(import.meta.dirname, '..');

/** One installation of Reeve: a data folder and an address, used by real processes of `server/main.ts`. */
export interface Installation extends ServerAddress {
  dataFolder: string;
  port: number;
  /** Runs a command to its end. */
  run(args: string[], env?: Record<string, string>): Promise<Finished>;
  start(args: string[], env?: Record<string, string>): Program;
  /** `serve`, once it has said that it is running. It is ended with the test. */
  serve(env?: Record<string, string>): Promise<Program>;
}

/**
 * Ends with the test: its processes are killed, its folder is removed. The database is there, and empty, when `serve` starts, unless the
 * test is about a first start.
 */
export async function openInstallation(
  environment: Record<string, string> = {},
  { isFirstStart = false }: { isFirstStart?: boolean } = {},
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-program-'));
  const dataFolder = join(folder, 'data');
  const port = await freePort();
  const programs: Program[] = [];
  onTestFinished(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map(({ exit }) => exit));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const start = (args: string[], env: Record<string, string> = {}): Program => {
    const program = startProgram(process.execPath, ['server/main.ts', ...args], {
      cwd: root,
      env: {
        ...programEnvironment(),
        REEVE_DATA: dataFolder,
        REEVE_LISTEN: `127.0.0.1:${port}`,
        REEVE_METRICS_LISTEN: 'off',
        ...environment,
        ...env,
      },
    });
    programs.push(program);
    return program;
  };
  const installation: Installation = {
    dataFolder,
    port,
    origin: `https://localhost:${port}`,
    authorityPem: '',
    start,
    run: (args, env) => start(args, env).exit,
    async serve(env) {
      const usesPostgres = { ...environment, ...env }.REEVE_DATABASE_URL !== undefined;
      if (!isFirstStart && !usesPostgres && !existsSync(dataFolder)) await seedDataFolder(dataFolder);
      const program = start(['serve'], env);
      await program.waitForOutput(/Metrics {2,}\S+\n/, { timeoutMs: 120_000 });
      installation.authorityPem = await readFile(join(dataFolder, 'tls', 'ca.pem'), 'utf8');
      return program;
    },
  };
  return installation;
}

/** The set-up link that a first start printed. */
export function ownerLinkIn(text: string): string {
  const [link] = /https:\S+\/setup#owner-\S+/.exec(text) ?? [];
  if (!link) throw new Error(`no set-up link in:\n${text}`);
  return link;
}
