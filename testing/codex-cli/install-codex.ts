import path from 'node:path';
import { type TestedClient, testedClients } from '#contract/tested-clients.ts';
import { ensureClient, installPackage, isTestedClient } from '#server/stock-client/install-client.ts';

export const DEFAULT_CODEX_VERSION: TestedClient = '0.169.0';

const SDK_PIN = path.join(import.meta.dirname, 'pins/sdk-0.163.0');

const noPin = (version: string): string => `no pin for the Codex CLI ${version}; there are ${testedClients.join(', ')}`;

/** The stock SDK without its own copy of the CLI; give it `codexPathOverride`. Returns the module to import. */
export async function ensureCodexSdk(): Promise<string> {
  await installPackage(SDK_PIN, ['--omit=optional']);
  return path.join(SDK_PIN, 'node_modules/@openai/codex-sdk/dist/index.js');
}

/** What a test runs with unless it asks for a version: the default one, or, for the drift tests, what the environment names. */
export function codexVersionUnderTest(): TestedClient {
  const version = process.env.REEVE_TEST_CODEX_VERSION || DEFAULT_CODEX_VERSION;
  if (!isTestedClient(version)) throw new Error(`REEVE_TEST_CODEX_VERSION: ${noPin(version)}`);
  return version;
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const version of wanted.length === 0 ? [DEFAULT_CODEX_VERSION] : wanted) {
    if (version === 'sdk') {
      console.log(`SDK\t${await ensureCodexSdk()}`);
      continue;
    }
    if (!isTestedClient(version)) {
      console.error(noPin(version));
      process.exit(2);
    }
    const binary = await ensureClient(version);
    console.log(`${binary.version}\t${path.join(binary.folder, binary.executable)}`);
  }
}
