import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { readConfig } from '#server/config.ts';
import { type RunningReeve, startReeve } from '#server/start.ts';
import { seedDataFolder } from './seed-data-folder.ts';
import { createTestDns, type TestDns } from './servers/dns.ts';

export interface TestReeve extends RunningReeve {
  dataFolder: string;
  /** File with the local authority's certificate, for CODEX_CA_CERTIFICATE and friends. */
  authorityFile: string;
  /** Lines logged at error level so far. A test that expects some takes them out with `splice`. */
  errorLines: string[];
  dns: TestDns;
  setNow(now: Date | null): void;
}

/**
 * The real server on a free port of 127.0.0.1 with a folder of its own. `close` removes the folder and fails when the server logged
 * an error that the test did not expect.
 */
export async function startTestReeve(environment: Record<string, string> = {}): Promise<TestReeve> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'reeve-test-'));
  if (environment.REEVE_DATABASE_URL === undefined) await seedDataFolder(dataFolder);
  const config = readConfig({
    REEVE_LISTEN: '127.0.0.1:0',
    REEVE_METRICS_LISTEN: 'off',
    ...environment,
    REEVE_DATA: dataFolder,
  });
  const errorLines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => errorLines.push(line) });
  const dns = createTestDns();
  let fixedNow: Date | null = null;
  const reeve = await startReeve({ config, log, clock: () => fixedNow ?? new Date(), resolveTxt: dns.resolveTxt });
  return {
    ...reeve,
    dataFolder,
    authorityFile: join(dataFolder, 'tls', 'ca.pem'),
    errorLines,
    dns,
    setNow: (now) => {
      fixedNow = now;
    },
    async close() {
      await reeve.close();
      await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
      if (errorLines.length > 0) throw new Error(`the server logged errors:\n${errorLines.join('')}`);
    },
  };
}
