import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import path from 'node:path';

/** The versions pinned under `pins/`; each folder there is a package of its own with its lockfile. */
export const CODEX_VERSIONS = ['0.169.0', '0.163.0', '0.140.0', '0.120.0'] as const;
export type CodexVersion = (typeof CODEX_VERSIONS)[number];
export const DEFAULT_CODEX_VERSION: CodexVersion = '0.169.0';

export interface CodexBinary {
  version: CodexVersion;
  /** What the stock package brings for this system; the names below are relative to it. */
  folder: string;
  executable: string;
  /** The folder with `rg`, which the package's launcher puts first on PATH. */
  tools: string;
}

const PINS = path.join(import.meta.dirname, 'pins');
const SDK_PIN = 'sdk-0.163.0';

function isCodexVersion(text: string): text is CodexVersion {
  return (CODEX_VERSIONS as readonly string[]).includes(text);
}

function noPin(version: string): string {
  return `no pin for the Codex CLI ${version}; there are ${CODEX_VERSIONS.join(', ')}`;
}

// npm writes this file last, so its presence means that an earlier install was not cut short.
function isInstalled(folder: string): boolean {
  return existsSync(path.join(folder, 'node_modules/.package-lock.json'));
}

/** Installs under flock(1): the kernel drops the lock of a killed process, and who waited looks again before installing. */
async function installPin(folder: string, npmArguments: string[]): Promise<void> {
  if (isInstalled(folder)) return;
  const script =
    'test -e node_modules/.package-lock.json || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error "$@"';
  const child = spawn('flock', [path.join(folder, 'package.json'), 'sh', '-c', script, 'sh', ...npmArguments], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  const exitCode = await promise.catch((cause: unknown) => {
    throw new Error('cannot run flock(1), which comes with util-linux', { cause });
  });
  if (exitCode !== 0 || !isInstalled(folder)) {
    throw new Error(`npm ci in ${folder} ended with ${exitCode}; is the npm registry reachable?\n${output}`);
  }
}

function findBinary(version: CodexVersion, pin: string): CodexBinary {
  const vendor = globSync(path.join(pin, `node_modules/@openai/codex-linux-${process.arch}/vendor/*-linux-musl`))[0];
  // Up to 0.12x the package kept `codex/codex` and `path/`; later ones `bin/codex` and `codex-path/`.
  const layouts = [
    { executable: 'bin/codex', tools: 'codex-path' },
    { executable: 'codex/codex', tools: 'path' },
  ];
  for (const layout of layouts) {
    if (vendor !== undefined && existsSync(path.join(vendor, layout.executable)))
      return { version, folder: vendor, ...layout };
  }
  throw new Error(`no Linux ${process.arch} build of the Codex CLI ${version} in ${pin}: remove its node_modules`);
}

/** The stock CLI of a pinned version, installed with `npm ci` when it is not there yet (300 to 400 MB). */
export async function ensureCodex(version: CodexVersion = DEFAULT_CODEX_VERSION): Promise<CodexBinary> {
  if (process.platform !== 'linux') {
    throw new Error('the tests that run the Codex CLI need Linux: they give it a private /etc in a mount namespace');
  }
  const folder = path.join(PINS, version);
  await installPin(folder, []);
  return findBinary(version, folder);
}

/** The stock SDK without its own copy of the CLI; give it `codexPathOverride`. Returns the module to import. */
export async function ensureCodexSdk(): Promise<string> {
  const folder = path.join(PINS, SDK_PIN);
  await installPin(folder, ['--omit=optional']);
  return path.join(folder, 'node_modules/@openai/codex-sdk/dist/index.js');
}

/** What a test runs with unless it asks for a version: the default one, or, for the drift tests, what the environment names. */
export function codexVersionUnderTest(): CodexVersion {
  const version = process.env.REEVE_TEST_CODEX_VERSION || DEFAULT_CODEX_VERSION;
  if (!isCodexVersion(version)) throw new Error(`REEVE_TEST_CODEX_VERSION: ${noPin(version)}`);
  return version;
}

if (import.meta.main) {
  const wanted = process.argv.slice(2);
  for (const version of wanted.length === 0 ? [DEFAULT_CODEX_VERSION] : wanted) {
    if (!isCodexVersion(version)) {
      console.error(noPin(version));
      process.exit(2);
    }
    const binary = await ensureCodex(version);
    console.log(`${binary.version}\t${path.join(binary.folder, binary.executable)}`);
  }
}
