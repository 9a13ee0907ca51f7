import { expect, test } from 'vitest';
import { readUploads } from './read-uploads.ts';

function chosen(path: string, bytes: Uint8Array<ArrayBuffer> | string): File {
  const file = new File([bytes], path.split('/').pop() ?? path);
  if (path.includes('/')) Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

test('text, scripts and bytes are told apart, and the folder that only holds them is left out', async () => {
  const { files, problems } = await readUploads(
    [
      chosen('bundle/.codex/config.toml', 'model = "a"\n'),
      chosen('bundle/.codex/skills/x/run.sh', '#!/bin/sh\n'),
      chosen('bundle/.codex/skills/x/logo.png', new Uint8Array([0x89, 0x50, 0xff, 0x00])),
      chosen('bundle/.git/config', '[core]'),
    ],
    '.codex',
  );
  expect(problems).toEqual([]);
  expect(files).toEqual([
    { path: '.codex/config.toml', content: 'model = "a"\n', encoding: 'utf8', executable: false },
    { path: '.codex/skills/x/run.sh', content: '#!/bin/sh\n', encoding: 'utf8', executable: true },
    { path: '.codex/skills/x/logo.png', content: 'iVD/AA==', encoding: 'base64', executable: false },
  ]);
});

test('a folder whose name begins with a dot is part of the path', async () => {
  const { files } = await readUploads([chosen('.codex/config.toml', '')], '.codex');
  expect(files.map(({ path }) => path)).toEqual(['.codex/config.toml']);
});

test('what is too big is named and left out', async () => {
  const { files, problems } = await readUploads([chosen('big.md', 'x'.repeat(300 * 1024))], '.codex');
  expect(files).toEqual([]);
  expect(problems).toEqual(['.codex/big.md: It has more than 256 KiB.']);
});

test('a folder of a skill becomes a skill, anything else goes beside what is open', async () => {
  const skill = [chosen('review/SKILL.md', '# Review'), chosen('review/notes.md', '')];
  const { files } = await readUploads([...skill, chosen('run.sh', '')], '.codex/scripts');
  expect(files.map(({ path }) => path)).toEqual([
    '.codex/skills/review/SKILL.md',
    '.codex/skills/review/notes.md',
    '.codex/scripts/run.sh',
  ]);
});
