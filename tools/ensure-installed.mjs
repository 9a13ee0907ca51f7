// Runs before anything is installed, on whatever Node the machine has (20 or newer): built-in modules only, plain JavaScript.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wantedNodeMajor = 24;
const installAttempts = 3;

const say = (text) => process.stderr.write(`reeve: ${text}\n`);

class CannotGoOn extends Error {}

const modifiedAtMs = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

const packagesIn = (path) =>
  Object.entries(JSON.parse(readFileSync(path, 'utf8')).packages).filter(([name]) => name !== '');

/** A checkout touches the lockfile also when nothing in it changed; installing takes a minute, comparing a blink. */
function isSameInstall(lockfile, installedLockfile) {
  const installed = new Map(packagesIn(installedLockfile));
  return packagesIn(lockfile).every(([name, { version, optional, resolved }]) => {
    const found = installed.get(name);
    return found ? found.version === version && found.resolved === resolved : optional === true;
  });
}

function isInstalled() {
  const lockfile = join(root, 'package-lock.json');
  // npm writes this file last, so an install that was cut short counts as none.
  const installedLockfile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLockfile)) return false;
  return modifiedAtMs(installedLockfile) >= modifiedAtMs(lockfile) || isSameInstall(lockfile, installedLockfile);
}

function runNpm(npmArguments) {
  // npm tells its scripts where it is; that one is the npm the person called.
  const npmProgram = process.env.npm_execpath;
  const options = { cwd: root, stdio: ['ignore', process.stderr.fd, process.stderr.fd] };
  if (npmProgram?.endsWith('.js')) return spawnSync(process.execPath, [npmProgram, ...npmArguments], options);
  return spawnSync('npm', npmArguments, { ...options, shell: process.platform === 'win32' });
}

function install() {
  if (isInstalled()) return;
  const startedAtMs = Date.now();
  for (let attempt = 1; attempt <= installAttempts; attempt += 1) {
    say(
      attempt === 1
        ? 'installing dependencies (once, a minute or two) …'
        : `installing again, attempt ${attempt} of ${installAttempts} …`,
    );
    const { status, error } = runNpm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
    if (status === 0) return say(`dependencies installed in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
    say(error ? `npm could not be started: ${error.message}` : `npm ci ended with ${status}`);
  }
  throw new CannotGoOn(
    'dependencies could not be installed. See npm’s message above; behind a proxy, set HTTPS_PROXY or npm’s registry, then start again.',
  );
}

const majorOf = (version) => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0);

/** The Node that runs TypeScript: this one when it is new enough, else the one that npm installed beside the dependencies. */
function findNode() {
  if (majorOf(process.version) >= wantedNodeMajor) return process.execPath;
  const bundled = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  const found = existsSync(bundled)
    ? spawnSync(bundled, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' }).stdout
    : '';
  if (majorOf(found ?? '') >= wantedNodeMajor) return bundled;
  throw new CannotGoOn(
    `Reeve needs Node.js ${wantedNodeMajor} or newer; this is ${process.version}, and npm has no build for ${process.platform}-${process.arch} to bring along. Install it from https://nodejs.org (or with your version manager: the number is in .node-version), then start again.`,
  );
}

function newestIn(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time shows when a file in it was added, renamed or deleted.
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestIn(join(path, name))), stat.mtimeMs);
}

function buildConsole(node) {
  const builtAtMs = modifiedAtMs(join(root, 'dist', 'console', 'index.html'));
  const sourcesAtMs = Math.max(
    ...['console', 'contract', 'package-lock.json'].map((name) => newestIn(join(root, name))),
  );
  if (builtAtMs > sourcesAtMs) return;
  const startedAtMs = Date.now();
  say('building the console …');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const built = spawnSync(node, [vite, 'build', 'console', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
    shell: process.platform === 'win32' && node.endsWith('.cmd'),
  });
  if (built.status !== 0) throw new CannotGoOn('the console could not be built; see the message above.');
  say(`console built in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
}

/** Runs a program of ours in the foreground: signals are passed on, and its exit code becomes ours. */
function runProgram(node, programArguments) {
  // Its folder first on PATH, so that a `node` called further down is the same one.
  const env = {
    // What Node made of the sources at an earlier start saves a second of this one.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'),
    ...process.env,
    PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
  };
  const child = spawn(node, programArguments, {
    cwd: root,
    stdio: 'inherit',
    env,
    shell: process.platform === 'win32' && node.endsWith('.cmd'),
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // Ctrl-C reaches the whole foreground group, the program included; passing it on would count there as a second one.
  const passOn = (signal) => process.stdin.isTTY !== true || signal === 'SIGTERM';
  for (const signal of signals) process.on(signal, () => passOn(signal) && child.kill(signal));
  // npm passes a signal on to the shell between us, which ends without telling us: its end is then the signal to stop.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM') && clearInterval(watch), 250);
  if (!process.env.npm_lifecycle_event) clearInterval(watch);
  child.on('error', (error) => {
    say(`${node} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

const [what, ...rest] = process.argv.slice(2);

const programs = {
  start: (node) => {
    const [command] = rest;
    const isServe = command === undefined || command === 'serve' || command.startsWith('-');
    if (isServe) buildConsole(node);
    return ['server/main.ts', ...(command === undefined || command.startsWith('-') ? ['serve', ...rest] : rest)];
  },
  test: () => ['tools/run-tests.ts', ...rest],
  'test:drift': () => ['tools/run-tests.ts', 'drift', ...rest],
  check: () => ['tools/check.ts', ...rest],
};

try {
  const program = programs[what];
  if (!program) throw new CannotGoOn(`unknown: ${what ?? '(nothing)'}. One of: ${Object.keys(programs).join(', ')}`);
  install();
  const node = findNode();
  runProgram(node, program(node));
} catch (error) {
  if (!(error instanceof CannotGoOn)) throw error;
  say(error.message);
  process.exitCode = 1;
}
