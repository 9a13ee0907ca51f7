import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

let root: string;

const write = async (path: string, content: string | object) => {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
};

/** A checkout of a package with one dependency that needs no network; its program prints what it was given. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'reeve-install-'));
  await mkdir(join(root, 'tools'));
  await copyFile(join(import.meta.dirname, 'ensure-installed.mjs'), join(root, 'tools', 'ensure-installed.mjs'));
  await write('dependency/package.json', { name: 'dependency', version: '1.0.0' });
  await write('package.json', {
    name: 'sample',
    scripts: { start: 'node tools/ensure-installed.mjs start' },
    version: '1.0.0',
    type: 'module',
    dependencies: { dependency: 'file:dependency' },
  });
  await write('package-lock.json', {
    name: 'sample',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'sample', version: '1.0.0', dependencies: { dependency: 'file:dependency' } },
      dependency: { version: '1.0.0' },
      'node_modules/dependency': { resolved: 'dependency', link: true },
    },
  });
  await write('console/main.tsx', '');
  await write('contract/index.ts', '');
  await write('dist/console/index.html', '');
  await write(
    'server/main.ts',
    `const [, , ...given]: string[] = process.argv;
    process.on('SIGTERM', () => { console.log('stopping'); process.exit(3); });
    console.log(JSON.stringify(given));
    if (given[0] === 'wait') setInterval(() => {}, 60_000);
    else process.exitCode = given[0] === 'fail' ? 7 : 0;`,
  );
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  await write('dist/console/index.html', '');
  const future = new Date(Date.now() + 60_000);
  await utimes(join(root, 'dist', 'console', 'index.html'), future, future);
});

function start(...given: string[]) {
  const { npm_execpath: _, ...env } = process.env;
  const child = spawn(process.execPath, ['tools/ensure-installed.mjs', ...given], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  return {
    child,
    ended: once(child, 'exit').then(async ([code]) => ({ code: code as number, printed: await output })),
  };
}

const run = (...given: string[]) => start(...given).ended;

test('the first start installs, the second does not, also when a checkout touched the lockfile', async () => {
  const first = await run('start');
  expect(first).toMatchObject({
    code: 0,
    printed: ['["serve"]\n', expect.stringMatching(/installing dependencies[\s\S]*installed in/)],
  });
  expect(await run('start')).toEqual({ code: 0, printed: ['["serve"]\n', ''] });
  const future = new Date(Date.now() + 30_000);
  await utimes(join(root, 'package-lock.json'), future, future);
  expect(await run('start', 'doctor')).toEqual({ code: 0, printed: ['["doctor"]\n', ''] });
});

test('an install that was cut short is done again', async () => {
  await run('start');
  await rm(join(root, 'node_modules', '.package-lock.json'));
  expect((await run('start')).printed[1]).toContain('installing dependencies');
});

test('commands, arguments and exit codes are passed through', async () => {
  expect((await run('start', 'fail', '--why', 'because')).printed[0]).toBe('["fail","--why","because"]\n');
  expect((await run('start', 'fail')).code).toBe(7);
  expect((await run('start', '--verbose')).printed[0]).toBe('["serve","--verbose"]\n');
});

test('a signal reaches the program, which stops in its own way', async () => {
  const { child, ended } = start('start', 'wait');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 3, printed: [expect.stringContaining('stopping'), ''] });
});

test('when npm is told to stop, the program stops too', async () => {
  const npm = spawn('npm', ['start', '--silent', '--', 'wait'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = text(npm.stdout);
  await once(npm.stdout, 'data');
  npm.kill('SIGTERM');
  // The pipe ends when the last process that could write to it has ended.
  expect(await output).toContain('stopping');
});

test('what it does not know, or cannot do, it says', async () => {
  await run('start');
  expect(await run('begin')).toMatchObject({
    code: 1,
    printed: ['', expect.stringContaining('unknown: begin. One of: start, test')],
  });
  await rm(join(root, 'dist'), { recursive: true });
  expect(await run('start')).toMatchObject({
    code: 1,
    printed: ['', expect.stringContaining('the console could not be built')],
  });
  expect((await run('start', 'doctor')).code).toBe(0);
});
