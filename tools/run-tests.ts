/**
 * `npm test` and `npm run test:drift`. Brings what the tests need (the stock client, a PostgreSQL, the built console), runs the suites
 * one after the other, and closes with one line over all of them.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import process from 'node:process';
import { testedClients } from '#contract/tested-clients.ts';
import { DEFAULT_CODEX_VERSION } from '#testing/codex-cli/install-codex.ts';
import { startPostgres } from '#testing/servers/postgres.ts';

const root = join(import.meta.dirname, '..');
const resultsFolder = join(root, 'test-results');

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Assertion {
  status: string;
  fullName: string;
  failureMessages?: string[];
}

interface FileReport {
  name: string;
  status: string;
  message?: string;
  startTime: number;
  endTime: number;
  assertionResults: Assertion[];
}

/** What failed and what took longest, over all suites; said again at the end, where a cut log still has it. */
const failures: string[] = [];
const slowest: { seconds: number; name: string }[] = [];

interface Suite {
  name: string;
  arguments: string[];
  environment?: Record<string, string>;
}

/** Those that Reeve promises to serve, besides the newest. */
const olderClients = testedClients.filter((version) => version !== DEFAULT_CODEX_VERSION);

const say = (text: string) => process.stdout.write(`\n== ${text}\n`);

function run(
  program: string,
  programArguments: readonly string[],
  environment: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const bin = (name: string) => join(root, 'node_modules', name);

async function runSuite({ name, arguments: suiteArguments, environment }: Suite): Promise<Counts> {
  say(name);
  const report = join(resultsFolder, `${name.replace(/[^a-z0-9]+/gi, '-')}.json`);
  const vitest = [
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...suiteArguments,
  ];
  const exitCode = await run(process.execPath, vitest, environment);
  return readCounts(report, exitCode);
}

const isFailed = ({ status }: Assertion): boolean => status === 'failed';

/** A file that could not be loaded, or whose hooks failed: no test of it says so. */
const isBroken = (file: FileReport): boolean => file.status === 'failed' && !file.assertionResults.some(isFailed);

/** Of a failure: what some tests know of a world that is gone with them is longer than a line. */
const mostLines = 120;

function noteFiles(suite: string, files: readonly FileReport[]): void {
  const firstLines = (text = '') => text.split('\n').slice(0, mostLines).join('\n    ');
  for (const file of files) {
    const name = `${suite}: ${relative(root, file.name)}`;
    slowest.push({ seconds: Math.round((file.endTime - file.startTime) / 1000), name });
    if (isBroken(file)) failures.push(`${name}\n    ${firstLines(file.message)}`);
    for (const test of file.assertionResults.filter(isFailed))
      failures.push(`${name} > ${test.fullName}\n    ${firstLines(test.failureMessages?.join('\n'))}`);
  }
}

/** Counts from vitest's report. A suite that could not even start (no report, or a file that failed to load) counts as failed. */
function readCounts(report: string, exitCode: number): Counts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const suite = basename(report, '.json');
    noteFiles(suite, testResults);
    const brokenFiles = testResults.filter(isBroken).length;
    const failed = numFailedTests + brokenFiles;
    if (failed === 0 && exitCode !== 0) failures.push(`${suite}: ended with ${exitCode} although every test passed`);
    return {
      passed: numPassedTests,
      failed: failed === 0 && exitCode !== 0 ? 1 : failed,
      skipped: numPendingTests + numTodoTests,
    };
  } catch (error) {
    failures.push(`${basename(report, '.json')}: ended with ${exitCode} and without a report: ${error}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const importedFrom = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

/** The modules of `testing/` that open an empty database, themselves or through one another. */
function databaseModules(): Set<string> {
  const folder = join(root, 'testing');
  const imports = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [
        file,
        importedFrom(readFileSync(join(folder, file), 'utf8'), /from '(?:#testing|\.)\/([\w.-]+\.ts)'/g),
      ]),
  );
  const found = new Set(['empty-database.ts']);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const [file, names] of imports) if (names.some((name) => found.has(name))) found.add(file);
  }
  return found;
}

/** Test files that open a database, found by what they import, so that a new one cannot be forgotten on the second engine. */
function databaseTests(): string[] {
  const modules = databaseModules();
  return readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.cli.test.ts'))
    .map((file) => join('server', file))
    .filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const opened = importedFrom(text, /from '#testing\/([\w.-]+\.ts)'/g).some((name) => modules.has(name));
      return opened || text.includes('REEVE_TEST_DATABASE_URL');
    });
}

async function runNormal(): Promise<Counts[]> {
  const built = await run(process.execPath, [bin('vite/bin/vite.js'), 'build', 'console', '--logLevel', 'warn']);
  if (built !== 0) {
    failures.push(`the console could not be built: vite ended with ${built}`);
    return [{ passed: 0, failed: 1, skipped: 0 }];
  }
  // Downloads, which take minutes where the registry is slow: not within the time of the test that comes first.
  const prepared = Promise.all([
    run(process.execPath, ['testing/prepare-containers.ts']),
    run(process.execPath, ['testing/codex-cli/install-codex.ts', ...testedClients, 'sdk']),
  ]);
  const results = [
    await runSuite({
      name: 'unit and database tests (PGlite)',
      arguments: ['--project', 'unit*'],
    }),
  ];
  const postgres = await startPostgres();
  try {
    const environment = { REEVE_TEST_DATABASE_URL: postgres.url };
    results.push(
      await runSuite({
        name: 'database tests (PostgreSQL)',
        arguments: ['--project', 'unit*', ...databaseTests()],
        environment,
      }),
    );
    await prepared;
    results.push(await runSuite({ name: 'tests with the stock client', arguments: ['--project', 'cli'] }));
  } finally {
    await postgres.stop();
  }
  results.push(await runSuite({ name: 'browser tests', arguments: ['--project', 'e2e'] }));
  return results;
}

/** Tests marked `drift` again, with each older client that Reeve promises to serve. */
async function runDrift(): Promise<Counts[]> {
  const results: Counts[] = [];
  for (const version of olderClients) {
    await run(process.execPath, ['testing/codex-cli/install-codex.ts', version]);
    results.push(
      await runSuite({
        name: `drift: stock client ${version}`,
        arguments: ['--project', 'drift'],
        environment: { REEVE_TEST_CODEX_VERSION: version },
      }),
    );
  }
  return results;
}

const isDrift = process.argv.includes('drift');
rmSync(resultsFolder, { recursive: true, force: true });
mkdirSync(resultsFolder, { recursive: true });
const startedAtMs = Date.now();
const results = await (isDrift ? runDrift() : runNormal());
const sum = (key: keyof Counts) => results.reduce((total, counts) => total + counts[key], 0);
const total: Counts = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
writeFileSync(join(resultsFolder, 'total.json'), JSON.stringify(total));
say('the files that took longest');
for (const { seconds, name } of slowest.sort((a, b) => b.seconds - a.seconds).slice(0, 25))
  process.stdout.write(`${String(seconds).padStart(5)} s  ${name}\n`);
if (failures.length > 0) say(`failed\n${failures.join('\n')}`);
writeFileSync(join(resultsFolder, 'failed.txt'), failures.map((text) => `${text}\n`).join(''));
say(`finished in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
