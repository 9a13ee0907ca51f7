import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packSession, unpackSession } from './session-tar.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-session-'));
  await mkdir(join(folder, 'home/.codex/sessions/2026'), { recursive: true });
  await mkdir(join(folder, 'new'));
  await writeFile(join(folder, 'secret'), 'OF THE HOST');
});
afterEach(() => rm(folder, { recursive: true }));

test('a thread comes back as it was; links are not followed, and nothing but sessions is taken', async () => {
  const home = join(folder, 'home');
  await writeFile(join(home, '.codex/sessions/2026/rollout-1.jsonl'), '{"a":1}\n');
  await writeFile(join(home, '.codex/auth.json'), '{}');
  await symlink(join(folder, 'secret'), join(home, '.codex/sessions/link'));
  // No folder of the client's, and its name is no text.
  await mkdir(Buffer.concat([Buffer.from(join(home, '.codex/sessions/caf')), Buffer.from([0xe9])]));
  const tar = await packSession(home, 'thread-1');
  expect(tar?.includes('OF THE HOST')).toBe(false);
  expect(await unpackSession(tar ?? Buffer.alloc(0), join(folder, 'new'))).toBe('thread-1');
  expect(await readFile(join(folder, 'new/sessions/2026/rollout-1.jsonl'), 'utf8')).toBe('{"a":1}\n');
  expect(await readdir(join(folder, 'new'))).toEqual(['sessions']);
});

test('a folder that became a link is not read', async () => {
  const home = join(folder, 'home');
  await rm(join(home, '.codex'), { recursive: true });
  await symlink(folder, join(home, '.codex'));
  expect(await packSession(home, 'thread-1')).toBeNull();
});

test('an archive cannot write beside its folder', async () => {
  const tar = pack();
  const packed = buffer(tar);
  tar.entry({ name: 'reeve.json' }, '{"threadId":"t"}');
  tar.entry({ name: '../escaped' }, 'x');
  tar.entry({ name: 'sessions/../../escaped' }, 'x');
  tar.entry({ name: '/etc/escaped' }, 'x');
  tar.entry({ name: 'config.toml' }, 'x');
  tar.entry({ name: 'sessions/link', type: 'symlink', linkname: '/etc' });
  tar.entry({ name: 'sessions/good' }, 'x');
  tar.finalize();
  expect(await unpackSession(await packed, join(folder, 'new'))).toBe('t');
  expect((await readdir(folder)).sort()).toEqual(['home', 'new', 'secret']);
  expect(await readdir(join(folder, 'new'), { recursive: true })).toEqual(['sessions', 'sessions/good']);
});

test.each(['--dangerously-bypass-approvals-and-sandbox', '-c', '', 'a b', 'x'.repeat(200)])(
  'what looks like an argument of the client is no thread: %s',
  async (threadId) => {
    const tar = pack();
    const packed = buffer(tar);
    tar.entry({ name: 'reeve.json' }, JSON.stringify({ threadId }));
    tar.entry({ name: 'sessions/good' }, 'x');
    tar.finalize();
    await expect(unpackSession(await packed, join(folder, 'new'))).rejects.toThrow('threadId');
  },
);
