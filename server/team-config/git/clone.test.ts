import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOwnerLink } from '#server/directory/index.ts';
import { foundOrganisation, type Organisation, type Person } from '#testing/organisation.ts';
import { seedKey } from '#testing/seed-key.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

const run = promisify(execFile);

let reeve: TestReeve;
let organisation: Organisation;
let work: string;
let bundleId: string;
let key: string;
let grace: Person;
let token: string;

beforeAll(async () => {
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  token = (await grace.api.identity.createAccessToken({ kind: 'personal-access-token', name: 'git', expiresInDays: 7 }))
    .token;
  key = (await seedKey(reeve.services, { workspaceId: organisation.workspaceId, scopes: ['team-config.read'] })).secret;
  work = await mkdtemp(join(tmpdir(), 'reeve-clones-'));
  const { bundle } = await organisation.owner.api.teamConfig.create({ name: 'Backend' });
  bundleId = bundle.id;
  await publish('first', 'One.\n');
});
afterAll(async () => {
  await rm(work, { recursive: true, force: true });
  await reeve.close();
});

async function publish(message: string, text: string) {
  const { teamConfig } = organisation.owner.api;
  const files = [
    { path: 'AGENTS.md', content: text },
    { path: '.agents/skills/größe/scripts/run me.sh', content: '#!/bin/sh\necho hello\n', executable: true },
    { path: '.codex/icon.bin', content: Buffer.from([0, 1, 255, 10]).toString('base64'), encoding: 'base64' as const },
  ];
  const { bundle } = await teamConfig.saveDraft({ id: bundleId, expectedDraft: null, files });
  return teamConfig.publish({ id: bundleId, expectedDraft: bundle.draftVersion ?? 0, message });
}

const address = (secret: string | null, slug = 'backend') => {
  const url = new URL(`${reeve.origin}/team-config/${slug}.git`);
  if (secret !== null) {
    url.username = 'x';
    url.password = secret;
  }
  return url.href;
};

/** As on somebody's machine, with the authority of this Reeve. */
async function git(
  args: string[],
  { cwd = work, config = {} }: { cwd?: string; config?: Record<string, string> } = {},
) {
  const set = Object.entries(config).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { NODE_OPTIONS: _, ...environment } = process.env;
  const env = {
    ...environment,
    HOME: work,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSL_CAINFO: reeve.authorityFile,
  };
  return run('git', [...set, ...args], { cwd, env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout: stdout.trim(), stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

/** Straight over HTTP, for what git never sends. */
async function call(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: Buffer } = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    text: string;
    headers: Record<string, unknown>;
  }>();
  const asked = request(reeve.origin + path, { method, headers, ca: reeve.authorityPem ?? '', agent: false });
  asked.on('error', reject).on('response', async (answer) => {
    const bytes = await buffer(answer);
    resolve({ status: answer.statusCode ?? 0, text: bytes.toString('latin1'), headers: answer.headers });
  });
  asked.end(body);
  return promise;
}

const refsPath = '/team-config/backend.git/info/refs';

test('git clones what was published, pulls what comes after, and everything is in the files', async () => {
  const cloned = await git(['clone', '--quiet', address(key), 'first']);
  expect(cloned).toMatchObject({ code: 0 });
  const folder = join(work, 'first');
  expect(await readFile(join(folder, 'AGENTS.md'), 'utf8')).toBe('One.\n');
  expect(await readFile(join(folder, '.codex/icon.bin'))).toEqual(Buffer.from([0, 1, 255, 10]));
  expect((await stat(join(folder, '.agents/skills/größe/scripts/run me.sh'))).mode & 0o111).toBe(0o111);
  const marker = JSON.parse(await readFile(join(folder, '.codex/reeve-bundles/backend.json'), 'utf8'));
  expect(marker).toMatchObject({ slug: 'backend', name: 'Backend', version: 1, from: reeve.origin });
  expect(marker.files).toEqual(['.agents/skills/größe/scripts/run me.sh', '.codex/icon.bin', 'AGENTS.md']);
  expect((await git(['fsck', '--strict'], { cwd: folder })).code).toBe(0);

  await publish('second', 'Two.\n');
  expect(await git(['pull', '--quiet', '--ff-only'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, 'AGENTS.md'), 'utf8')).toBe('Two.\n');
  expect((await git(['log', '--format=%s|%b|%an'], { cwd: folder })).stdout.split('\n').filter(Boolean)).toEqual([
    'Backend v2|second',
    '|Reeve',
    'Backend v1|first',
    '|Reeve',
  ]);
  expect((await git(['tag'], { cwd: folder })).stdout).toBe('v1\nv2');
});

test.each(['0', '1', '2'])('protocol %s: ls-remote, a shallow clone and a fetch of one tag', async (version) => {
  const config = { 'protocol.version': version };
  const listed = await git(['ls-remote', address(key)], { config });
  expect(listed.stdout).toMatch(/\trefs\/heads\/main\n.*\trefs\/tags\/v1\n/);
  const name = `shallow-${version}`;
  expect(
    await git(['clone', '--quiet', '--depth', '1', '--branch', 'v1', address(key), name], { config }),
  ).toMatchObject({ code: 0 });
  expect((await git(['rev-list', '--count', 'HEAD'], { cwd: join(work, name) })).stdout).toBe('1');
  expect(
    await git(['fetch', '--quiet', '--depth', '1', 'origin', 'tag', 'v2'], { cwd: join(work, name), config }),
  ).toMatchObject({ code: 0 });
});

test('commits are the same after the folder is lost, however the bundle is called by then', async () => {
  const heads = async () => (await git(['ls-remote', address(key)])).stdout;
  const before = await heads();
  await organisation.owner.api.teamConfig.update({ id: bundleId, name: 'Back end' });
  await rm(join(reeve.dataFolder, 'team-config-git'), { recursive: true });
  expect(await heads()).toBe(before);
  // Several at once build it once, or several times the same.
  await rm(join(reeve.dataFolder, 'team-config-git'), { recursive: true });
  expect(new Set(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(heads)))).toEqual(new Set([before]));
  expect((await readdir(join(reeve.dataFolder, 'team-config-git', bundleId))).map((name) => name.slice(0, 3))).toEqual([
    'v2-',
  ]);
  await organisation.owner.api.teamConfig.update({ id: bundleId, name: 'Backend' });
});

test('a new version is put on top of the build before, with the same commits as a build from nothing', async () => {
  const { teamConfig } = organisation.owner.api;
  const { bundle } = await teamConfig.create({ name: 'Growing' });
  const grow = async (content: string) => {
    const saved = await teamConfig.saveDraft({
      id: bundle.id,
      expectedDraft: null,
      files: [{ path: 'AGENTS.md', content }],
    });
    await teamConfig.publish({ id: bundle.id, expectedDraft: saved.bundle.draftVersion ?? 0, message: '' });
    return (await git(['ls-remote', address(key, 'growing')])).stdout;
  };
  const first = (await grow('One.\n')).match(/\S+(?=\trefs\/tags\/v1)/)?.[0];
  const { db } = reeve.services;
  const versionOne = db.updateTable('team_config_versions').where('bundle_id', '=', bundle.id).where('number', '=', 1);
  // Nothing reads the first version again: its files could be anything by now.
  await versionOne
    .set({ files: JSON.stringify([{ path: 'AGENTS.md', content: 'Other.', encoding: 'utf8' }]) })
    .execute();
  const second = await grow('Two.\n');
  expect(second).toContain(`${first}\trefs/tags/v1`);
  await versionOne
    .set({ files: JSON.stringify([{ path: 'AGENTS.md', content: 'One.\n', encoding: 'utf8', executable: false }]) })
    .execute();
  await rm(join(reeve.dataFolder, 'team-config-git', bundle.id), { recursive: true });
  expect((await git(['ls-remote', address(key, 'growing')])).stdout).toBe(second);
});

test('a member gets what their groups subscribe to, with their own token, and nothing else', async () => {
  const refused = await git(['ls-remote', address(token)]);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain('None of your groups subscribes to “backend”');
  const { id: groupId } = await organisation.addGroup('Backend people', [grace]);
  await organisation.owner.api.teamConfig.subscribe({ id: bundleId, groupId, version: null });
  expect((await git(['ls-remote', address(token)])).code).toBe(0);
  await organisation.owner.api.teamConfig.unsubscribe({ id: bundleId, groupId });
  expect((await git(['ls-remote', address(token)])).code).not.toBe(0);
});

test('without a credential, with a wrong one, for another bundle: refused in words', async () => {
  const words = async (url: string) => (await git(['ls-remote', url])).stderr;
  expect(await words(address(null))).toMatch(/could not read Username|terminal prompts disabled/);
  expect(await words(address('rk-made-up'))).toContain('Authentication failed');
  expect(await words(address('at-made-up'))).toContain('Authentication failed');
  expect(await words(address(key, 'other'))).toContain('There is no bundle “other”');
  const { secret } = await seedKey(reeve.services, { workspaceId: organisation.workspaceId, scopes: ['audit.read'] });
  expect(await words(address(secret))).toContain('made without the scope');
  const bare = await call('GET', `${refsPath}?service=git-upload-pack`);
  expect(bare).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringContaining('Basic') } });
  const bearer = { headers: { authorization: `Bearer ${key}` } };
  expect((await call('GET', `${refsPath}?service=git-upload-pack`, bearer)).status).toBe(200);
});

/** Programs that read one of these repositories. */
async function programsOn(id: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes('upload-pack') && line.includes(id));
}

/** More than the buffers between a server and a client hold, straight into the database: it takes no limits into account. */
async function seedLarge(versions: number): Promise<string> {
  const { bundle } = await organisation.owner.api.teamConfig.create({ name: 'Large' });
  const { db } = reeve.services;
  for (let number = 1; number <= versions; number += 1) {
    const content = randomBytes(3 * 1024 * 1024).toString('base64');
    const row = { bundle_id: bundle.id, workspace_id: organisation.workspaceId, number, file_count: 1 };
    const files = JSON.stringify([{ path: '.codex/noise', content, encoding: 'base64', executable: false }]);
    const facts = { sha256: `${number}`, name: 'Large', origin: reeve.origin, published_by: 'Ada', approved_by: null };
    await db
      .insertInto('team_config_versions')
      .values({ ...row, ...facts, files, published_at: new Date() })
      .execute();
  }
  await db.updateTable('team_config_bundles').set({ newest: versions }).where('id', '=', bundle.id).execute();
  return bundle.id;
}

test('when the caller goes in the middle, the program goes too', async () => {
  const id = await seedLarge(5);
  const [head = ''] = (await git(['ls-remote', address(key, 'large'), 'HEAD'])).stdout.split('\t');
  const wanted = `0032want ${head}\n00000009done\n`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-git-upload-pack-request' };
  const path = `${reeve.origin}/team-config/large.git/git-upload-pack`;
  const asked = request(path, { method: 'POST', headers, ca: reeve.authorityPem ?? '', agent: false });
  asked.on('error', () => {});
  const [answer] = (await once(asked.end(wanted), 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  await expect.poll(() => programsOn(id)).toHaveLength(1);
  answer.on('error', () => {}).destroy();
  await expect.poll(() => programsOn(id)).toEqual([]);
  expect((await git(['ls-remote', address(key)])).code).toBe(0);
});

describe('nothing can be changed', () => {
  test('a push is refused with the reason', async () => {
    await git(['clone', '--quiet', address(key), 'pushing']);
    const cwd = join(work, 'pushing');
    await git(
      ['-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'mine'],
      { cwd },
    );
    const pushed = await git(['push', 'origin', 'main'], { cwd });
    expect(pushed.code).not.toBe(0);
    expect(pushed.stderr).toContain('read only');
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-git-receive-pack-request' };
    expect(
      await call('POST', '/team-config/backend.git/git-receive-pack', { headers, body: Buffer.from('0000') }),
    ).toMatchObject({
      status: 403,
      text: expect.stringContaining('read only'),
    });
  });

  test('a made-up protocol, another encoding or a body without end is refused, and the server goes on', async () => {
    const authorization = `Bearer ${key}`;
    const type = { 'content-type': 'application/x-git-upload-pack-request', authorization };
    const upload = '/team-config/backend.git/git-upload-pack';
    expect((await call('GET', refsPath, { headers: { authorization } })).status).toBe(403);
    expect((await call('POST', upload, { headers: { authorization }, body: Buffer.from('0000') })).status).toBe(415);
    expect(
      (await call('POST', upload, { headers: { ...type, 'content-encoding': 'br' }, body: Buffer.from('0000') }))
        .status,
    ).toBe(415);
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    expect((await call('POST', upload, { headers: { ...type, 'content-encoding': 'gzip' }, body: bomb })).status).toBe(
      413,
    );
    const headers = { authorization, 'git-protocol': 'version=2:--upload-pack=touch /tmp/x' };
    const odd = await call('GET', `${refsPath}?service=git-upload-pack`, { headers });
    expect(odd.text).toContain('# service=git-upload-pack');
    expect((await git(['ls-remote', address(key)])).code).toBe(0);
  });

  test('a deleted bundle answers no more', async () => {
    const { bundle } = await organisation.owner.api.teamConfig.create({ name: 'Gone', starterId: 'go' });
    await organisation.owner.api.teamConfig.publish({ id: bundle.id, expectedDraft: 1, message: '' });
    expect((await git(['ls-remote', address(key, 'gone')])).code).toBe(0);
    const folders = () => readdir(join(reeve.dataFolder, 'team-config-git'));
    // As of a workspace that was deleted.
    await mkdir(join(reeve.dataFolder, 'team-config-git', 'bnd_of_nobody'));
    expect(await folders()).toContain(bundle.id);
    await organisation.owner.api.teamConfig.delete({ id: bundle.id });
    expect((await git(['ls-remote', address(key, 'gone')])).stderr).toContain('There is no bundle “gone”');
    expect(await folders()).not.toContain(bundle.id);
    expect(await folders()).not.toContain('bnd_of_nobody');
    expect(await folders()).toContain(bundleId);
  });
});
