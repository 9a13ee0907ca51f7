import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMask, findSecrets } from './find-secrets.ts';

const secrets = [
  { name: 'TOKEN', value: 'npm_s3cr3t/+?value' },
  { name: 'KEY', value: '-----BEGIN KEY-----\nabcdefghij\n-----END KEY-----' },
  { name: 'PIN', value: '1234' },
];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-secrets-'));
  await mkdir(join(folder, 'a/b'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const wrap = (text: string, width: number) => text.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n');
const names = async () => (await findSecrets(folder, secrets)).map(({ name, path }) => `${name} in ${path}`);

test.each([
  ['as it is', (value: string) => `registry=x\n_authToken=${value}\n`],
  ['in base64', (value: string) => Buffer.from(value).toString('base64')],
  ['in base64 behind a user name', (value: string) => Buffer.from(`u:${value}`).toString('base64')],
  ['in base64 between others', (value: string) => Buffer.from(`us:${value}:rest`).toString('base64')],
  ['in base64 for URLs', (value: string) => Buffer.from(`x${value}`).toString('base64url')],
  ['in hexadecimal', (value: string) => Buffer.from(value).toString('hex')],
  ['in UTF-16', (value: string) => Buffer.from(value, 'utf16le').toString('latin1')],
  [
    'in a URL of small digits',
    (value: string) => encodeURIComponent(value).replaceAll(/%../g, (one) => one.toLowerCase()),
  ],
  ['in a URL', (value: string) => `https://u:${encodeURIComponent(value)}@host/`],
])('a value is found %s', async (_how, form) => {
  await writeFile(join(folder, 'a/b/file'), form(secrets[0]?.value ?? ''));
  expect(await names()).toEqual(['TOKEN in a/b/file']);
});

test.each([
  [
    'base64 in lines',
    'k'.repeat(50) + 'Z'.repeat(60),
    (value: string) => wrap(Buffer.from(`u:${value}`).toString('base64'), 76),
  ],
  [
    'a key whose lines became spaces',
    `${'a'.repeat(64)}\n${'b'.repeat(64)}\n`,
    (value: string) => value.replaceAll('\n', ' '),
  ],
  ['a value without the line end it came with', 'tok-12345678\n', (value: string) => `{"a":"${value.trim()}"}`],
  ['a value with odd characters, by a shell', 'a b$c"d\'e`f', () => String.raw`declare -x TOKEN="a b\$c\"d'e\`f"`],
  ['the same by printf %q', 'a b$c"d\'e`f', () => String.raw`a\ b\$c\"d\'e\`f`],
  ['a form field', 'a b!c/d', () => 'a+b%21c%2Fd'],
  ['XML', 'a<b&c"d>', () => 'a&lt;b&amp;c&quot;d&gt;'],
])('found as well: %s', async (_how, value, form) => {
  await writeFile(join(folder, 'file'), form(value));
  expect(await findSecrets(folder, [{ name: 'TOKEN', value }])).toEqual([{ name: 'TOKEN', path: 'file' }]);
});

test('looking ends when the attempt does', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'));
  await expect(findSecrets(folder, secrets, signal)).rejects.toThrow('cancelled');
});

test('a value is found across the pieces that are read, in JSON, in a name and in a link', async () => {
  await writeFile(
    join(folder, 'large'),
    Buffer.concat([Buffer.alloc(1024 * 1024 - 5), Buffer.from('npm_s3cr3t/+?value')]),
  );
  await writeFile(join(folder, 'json'), JSON.stringify({ key: secrets[1]?.value }));
  await symlink('npm_s3cr3t/+?value', join(folder, 'link'));
  await writeFile(join(folder, Buffer.from(secrets[0]?.value ?? '').toString('hex')), '');
  expect((await names()).sort()).toHaveLength(4);
});

test('nothing is found where nothing is; no link is followed, no pipe waited for, short values are not looked for', async () => {
  await writeFile(join(folder, '..', `${folder.split('/').at(-1)}-outside`), 'npm_s3cr3t/+?value');
  await symlink(`${folder}-outside`, join(folder, 'link'));
  await symlink('/', join(folder, 'root'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await writeFile(join(folder, 'short'), '1234');
  await writeFile(join(folder, 'closed'), 'npm_', { mode: 0 });
  expect(await names()).toEqual([]);
  await rm(`${folder}-outside`);
});

test('what is shown has no value in it, whole or by the line', () => {
  const mask = createMask(secrets);
  expect(mask('token npm_s3cr3t/+?value.')).toBe('token ***.');
  expect(mask('abcdefghij')).toBe('***');
  expect(mask(Buffer.from('npm_s3cr3t/+?value').toString('base64'))).toMatch(/^\*\*\*/);
  expect(mask('nothing here')).toBe('nothing here');
  const long = 'k'.repeat(50) + 'Z'.repeat(60);
  const printed = wrap(Buffer.from(`${long}\n`).toString('base64'), 76);
  expect(createMask([{ name: 'LONG', value: long }])(printed)).toMatch(/^\*\*\*\n\*\*\*.{0,8}$/);
});

test('files and folders whose names are not UTF-8 are looked into as well', async () => {
  const odd = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]);
  await mkdir(odd);
  await writeFile(Buffer.concat([odd, Buffer.from('/file')]), secrets[0]?.value ?? '');
  await writeFile(Buffer.concat([odd, Buffer.from('.txt')]), secrets[1]?.value ?? '');
  expect((await names()).sort()).toEqual(['KEY in caf\ufffd.txt', 'TOKEN in caf\ufffd/file']);
});
