import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LibraryTests, openLibraryTests } from '#testing/team-config-library.ts';
import { checkTeamConfig } from '../check/check-team-config.ts';

let tests: LibraryTests;
let key: string;
beforeAll(async () => {
  tests = await openLibraryTests();
  key = await tests.key();
});
afterAll(() => tests.close());

const agents = (content: string) => ({ path: 'AGENTS.md', content });
const skill = (name: string) => ({
  path: `.agents/skills/${name}/scripts/run.sh`,
  content: '#!/bin/sh\n',
  executable: true,
});
const withKey = (path: string, more: Record<string, string> = {}) =>
  tests.fetch(path, { authorization: `Bearer ${key}`, ...more });
const asUser = (secret: string) => ({ authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}` });

async function unpack(response: Response) {
  const tar = extract();
  Readable.from(Buffer.from(await response.arrayBuffer())).pipe(tar);
  const files: { name: string; mode: number | undefined; mtime: string | undefined; text: string }[] = [];
  for await (const entry of tar) {
    const { name, mode, mtime } = entry.header;
    files.push({ name, mode, mtime: mtime?.toISOString(), text: (await buffer(entry)).toString() });
  }
  return files;
}

test('a bundle is a tar of its files and the marker, the same bytes every time', async () => {
  const at = new Date('2026-03-04T05:06:07.891Z');
  tests.services.setNow(at);
  const { id, newest } = await tests.published('Backend', [skill('run'), agents('one')]);
  tests.services.setNow(null);
  const response = await withKey('/team-config/backend.tar');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="backend-v1.tar"');
  expect(response.headers.get('cache-control')).toBe('private, no-cache');
  const etag = response.headers.get('etag') ?? '';
  const files = await unpack(response);
  expect(files.map(({ name, mode, mtime }) => [name, mode, mtime])).toEqual([
    ['.agents/skills/run/scripts/run.sh', 0o755, '2026-03-04T05:06:07.000Z'],
    ['.codex/reeve-bundles/backend.json', 0o644, '2026-03-04T05:06:07.000Z'],
    ['AGENTS.md', 0o644, '2026-03-04T05:06:07.000Z'],
  ]);
  expect(JSON.parse(files[1]?.text ?? '')).toEqual({
    slug: 'backend',
    name: 'Backend',
    version: 1,
    sha256: newest?.sha256,
    files: ['.agents/skills/run/scripts/run.sh', 'AGENTS.md'],
    removed: [],
    from: 'https://reeve.test:8443',
  });
  expect((await withKey('/team-config/backend.tar', { 'if-none-match': `W/"other", ${etag}` })).status).toBe(304);
  // Renamed since: a version stays what it is.
  await tests.owner.call('PATCH', `/team-config/bundles/${id}`, { name: 'Back end' });
  await tests.save(id, null, [agents('two')]);
  await tests.publish(id, 2);
  expect((await withKey('/team-config/backend.tar?version=1')).headers.get('etag')).toBe(etag);
  expect((await unpack(await withKey('/team-config/backend.tar'))).at(-1)?.text).toBe('two');
  expect((await withKey('/team-config/backend.tar?version=1', { 'if-none-match': etag })).status).toBe(304);
});

test('a version unpacked over an earlier one leaves what it dropped, and the check finds that', async () => {
  const rules = { path: '.codex/rules/default.rules', content: 'prefix_rule(pattern = ["git", "status"])\n' };
  const { id } = await tests.published('Dropping', [agents('one'), rules]);
  const fetched = async (version: number) =>
    (await unpack(await withKey(`/team-config/dropping.tar?version=${version}`))).map(({ name, text }) => [name, text]);
  const first = await fetched(1);
  await tests.save(id, null, [agents('two')]);
  await tests.publish(id, 2);
  const repository = Object.fromEntries([...first, ...(await fetched(2))]);
  const check = (files: Record<string, string>) =>
    checkTeamConfig(
      Object.entries(files).map(([path, content]) => ({ path, content, encoding: 'utf8' as const, executable: false })),
    ).findings.map(({ code, file }) => [code, file]);
  expect(check(repository)).toContainEqual(['bundle-left-over', rules.path]);
  const { [rules.path]: _, ...mended } = repository;
  expect(check(mended)).not.toContainEqual(['bundle-left-over', rules.path]);

  await tests.save(id, null, [agents('three'), rules]);
  await tests.publish(id, 3);
  const back = Object.fromEntries(await fetched(3));
  expect(JSON.parse(back['.codex/reeve-bundles/dropping.json'] ?? '')).toMatchObject({ version: 3, removed: [] });
});

test('refusals say why', async () => {
  const words = async (response: Response) => ((await response.json()) as { error: { message: string } }).error.message;
  const nobody = await tests.fetch('/team-config/backend.tar');
  expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic')]);
  expect(await words(nobody)).toContain('team-config.read');
  expect((await tests.fetch('/team-config/backend.tar', { authorization: 'Bearer rk-nothing' })).status).toBe(401);
  expect((await tests.fetch('/team-config/backend.tar', asUser('nothing'))).status).toBe(401);
  expect((await tests.fetch('/team-config/backend.tar', asUser('a\nb'))).status).toBe(401);
  expect((await tests.fetch('/team-config/backend.tar', asUser(await tests.key(['audit.read'])))).status).toBe(403);
  expect(await words(await withKey('/team-config/other.tar'))).toContain('no bundle “other”');
  expect(await words(await withKey('/team-config/backend.tar?version=9'))).toContain('no version 9');
  expect((await withKey('/team-config/backend.tar?version=x')).status).toBe(400);
  await tests.create('Unpublished');
  expect(await words(await withKey('/team-config/unpublished.tar'))).toContain('published yet');
  expect((await withKey('/team-config/mine.tar')).status).toBe(403);
  expect((await tests.fetch('/team-config/backend.tar', asUser(key))).status).toBe(200);
});

test('in the console, whoever reads the library has everything, and others what their groups have', async () => {
  const grace = await tests.signIn('Grace');
  const get = (path: string) => tests.fetch(path, {}, grace);
  expect((await tests.fetch('/team-config/backend.tar', {}, tests.owner)).status).toBe(200);
  expect((await get('/team-config/backend.tar')).status).toBe(403);
  expect((await get('/team-config/mine.tar')).status).toBe(404);
  const { id } = await tests.published('Mine too', [skill('other')]);
  const groupId = await tests.group('Everybody', [grace]);
  const backend = (
    await tests.owner.call<{ items: { id: string; slug: string }[] }>('GET', '/team-config/bundles')
  ).body.items.find(({ slug }) => slug === 'backend');
  await tests.owner.call('PUT', `/team-config/bundles/${backend?.id}/groups/${groupId}`, { version: 1 });
  await tests.owner.call('PUT', `/team-config/bundles/${id}/groups/${groupId}`, { version: null });
  // Theirs is the one of their group, while a former one or the newest can be asked for.
  expect((await unpack(await get('/team-config/backend.tar'))).at(-1)?.text).toBe('one');
  expect((await unpack(await get('/team-config/backend.tar?version=2'))).at(-1)?.text).toBe('two');
  expect((await unpack(await get('/team-config/mine.tar'))).map(({ name }) => name)).toEqual([
    '.agents/skills/other/scripts/run.sh',
    '.agents/skills/run/scripts/run.sh',
    '.codex/reeve-bundles/backend.json',
    '.codex/reeve-bundles/mine-too.json',
    'AGENTS.md',
  ]);
});

test('two bundles that have one file are not written over one another', async () => {
  const alan = await tests.signIn('Alan');
  const groupId = await tests.group('Both', [alan]);
  for (const name of ['North', 'South']) {
    const { id } = await tests.published(name, [agents(name)]);
    await tests.owner.call('PUT', `/team-config/bundles/${id}/groups/${groupId}`, { version: null });
  }
  const refused = await tests.fetch('/team-config/mine.tar', {}, alan);
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain('Both “north” and “south” have AGENTS.md');
});

test('whoever has a tar is told so without its files', async () => {
  const { id } = await tests.published('Kept', [agents('kept')]);
  const etag = (await withKey('/team-config/kept.tar')).headers.get('etag') ?? '';
  const { db } = tests.services;
  await db.updateTable('team_config_versions').set({ files: '[]' }).where('bundle_id', '=', id).execute();
  expect((await withKey('/team-config/kept.tar', { 'if-none-match': etag })).status).toBe(304);
});
