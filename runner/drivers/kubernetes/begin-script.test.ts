import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { beginScript, commandScript } from './begin-script.ts';
import { podPlaces } from './pod-places.ts';

// What the image has decides which shell it is; Debian's is dash.
const shells = [['dash', '/bin/dash'] as const, ['bash', '/bin/bash'] as const].filter(([, path]) => existsSync(path));

let link = '';
let children: ChildProcess[] = [];
beforeEach(async () => {
  link = await mkdtemp(join(tmpdir(), 'reeve-link-'));
});
afterEach(async () => {
  // Here the end of a first process is not the end of the others.
  for (const { pid } of children) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // None is left.
    }
  }
  children = [];
  await rm(link, { recursive: true, force: true });
});

const here = (text: string) => text.replaceAll(podPlaces.link, link);
const pipe = (name: string) => execFileSync('mkfifo', ['-m', '0600', join(link, name)]);
const both = (name: string): Promise<FileHandle> => open(join(link, name), constants.O_RDWR);

function begin(shell: string) {
  const child = spawn(shell, ['-c', here(beginScript)], {
    argv0: 'sh',
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, KUBERNETES_SERVICE_HOST: '10.0.0.1' },
  });
  children.push(child);
  return new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
}

interface Told {
  command: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** As a keeper does; the outputs are files here. @returns what the task said of its end, and holds the leash */
async function keep({ command, env = {} }: Told) {
  for (const name of ['leash', 'ready', 'done']) pipe(name);
  const leash = await both('leash');
  await writeFile(join(link, 'input'), 'words of input');
  await writeFile(join(link, 'begin'), here(commandScript({ command, env, workingFolder: '/' })));
  const done = spawn('cat', [join(link, 'done')], { detached: true });
  children.push(done);
  const said = new Promise<string>((resolve) => {
    let text = '';
    done.stdout.on('data', (chunk) => {
      text += chunk;
    });
    done.once('close', () => resolve(text));
  });
  await leash.write('go\n');
  return { leash, said };
}

describe.each(shells)('the first process of a task, by %s', (_name, shell) => {
  test('it ends where its keeper is gone before it looked', async () => {
    // Made by a keeper that nobody holds any more.
    for (const name of ['leash', 'ready']) pipe(name);
    expect(await begin(shell)).toBe(137);
  });

  test('its command has the variables and the input, and its code is what the leash says', async () => {
    const env = { UID: '7', PATH: '/usr/bin:/bin', IFS: 'x', QUOTED: "it's\n$HOME", LD_PRELOAD: '' };
    const script = 'cat; printenv UID QUOTED; printenv KUBERNETES_SERVICE_HOST; echo no >&2; exit 5';
    const { leash, said } = await keep({ command: ['/bin/dash', '-c', script], env });
    const ended = begin(shell);
    expect(await said).toBe('5\n');
    expect(await readFile(join(link, 'stdout'), 'utf8')).toBe("words of input7\nit's\n$HOME\n");
    expect(await readFile(join(link, 'stderr'), 'utf8')).toBe('no\n');
    await leash.write('5\n');
    expect(await ended).toBe(5);
    await leash.close();
  });

  test('it ends when its keeper lets go', async () => {
    const { leash } = await keep({ command: ['/bin/sleep', '1000'] });
    const ended = begin(shell);
    await expect.poll(() => readFile(join(link, 'stdout'), 'utf8').catch(() => null)).toBe('');
    await leash.close();
    expect(await ended).toBe(137);
  });

  test('when what runs the command is killed, the keeper hears of it', async () => {
    const { leash, said } = await keep({ command: ['/bin/dash', '-c', 'kill -9 $PPID'] });
    const ended = begin(shell);
    expect(await said).toBe('');
    await leash.close();
    expect(await ended).toBe(137);
  });
});
