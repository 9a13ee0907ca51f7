import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { teamConfigCodes } from '#contract/team-config-codes.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import { bundleSum } from '../files/bundle-sum.ts';
import { readRepository } from '../files/read-folder.ts';
import { ignoredInProjects } from '../layers/client-keys.ts';
import { checkTeamConfig } from './check-team-config.ts';
import { codeCases, codesOfFolders } from './code-cases.ts';

const bundle = (files: Readonly<Record<string, string>>): BundleFile[] =>
  Object.entries(files).map(([path, content]) => ({ path, content, encoding: 'utf8', executable: false }));

test.each(codeCases)('$code', ({ code, files, at, policy }) => {
  const options = policy === undefined ? {} : { policy: { name: 'Contractors', contents: policy } };
  const { findings } = checkTeamConfig(bundle(files), options);
  const places = findings
    .filter((finding) => finding.code === code)
    .map(({ file, line, column }) => `${file}:${line}:${column}`);
  expect(places).toEqual([at]);
  const [finding] = findings.filter((each) => each.code === code);
  expect(finding).toMatchObject({ severity: teamConfigCodes[code].severity, fix: expect.stringMatching(/\S\.$/) });
  if (code.startsWith('policy-')) expect(finding?.message).toContain('“Contractors”');
});

test('every code has an example, or needs more than text', () => {
  const shown = new Set<string>([...codeCases.map(({ code }) => code), ...codesOfFolders]);
  expect(Object.keys(teamConfigCodes).filter((code) => !shown.has(code))).toEqual([]);
});

test('nothing is said about a repository in order', () => {
  const files = bundle({
    '.codex/config.toml': 'model = "gpt-5"\nsandbox_mode = "workspace-write"\n[mcp_servers.docs]\ncommand = "docs"\n',
    '.codex/rules/git.rules': 'prefix_rule(pattern=["git", "status"], match=["git status"])\n',
    '.codex/hooks.json': '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}',
    '.codex/skills/review/SKILL.md':
      '---\nname: review\ndescription: Reviews a change.\n---\nRead references/rules.md.\n',
    '.codex/skills/review/references/rules.md': 'x',
    'AGENTS.md': 'Be kind.\n',
  });
  const policy = { name: 'Standard', contents: 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n' };
  expect(checkTeamConfig(files, { policy })).toEqual({
    findings: [],
    skills: [
      {
        path: '.codex/skills/review/SKILL.md',
        name: 'review',
        description: 'Reviews a change.',
        loads: true,
        problems: [],
        body: 'Read references/rules.md.\n',
        files: [{ path: '.codex/skills/review/references/rules.md', bytes: 1, executable: false }],
        listCharacters: 55,
      },
    ],
  });
});

test('a baseline under the policy counts, and the policy wins', () => {
  const files = bundle({ '.codex/config.toml': 'sandbox_mode = "workspace-write"\nweb_search = "live"\n' });
  const policy = [
    { name: 'Standard', contents: 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n' },
    { name: 'Baseline', contents: 'allowed_sandbox_modes = ["read-only"]\nallowed_web_search_modes = ["cached"]\n' },
  ];
  const { findings } = checkTeamConfig(files, { policy });
  expect(findings.map(({ code, line, message }) => ({ code, line, message }))).toEqual([
    {
      code: 'policy-falls-back',
      line: 2,
      message:
        'This repository asks for `web_search = "live"`; `allowed_web_search_modes` of the policy “Baseline” allows "cached". Clients warn at every start and use "cached".',
    },
  ]);
});

test('a rule or a profile of a folder above counts in the folders below', () => {
  const rule = 'prefix_rule(pattern=["a"])\n';
  const { findings } = checkTeamConfig(
    bundle({
      '.codex/rules/a.rules': rule,
      'web/.codex/rules/a.rules': rule,
      'web/.codex/config.toml': 'default_permissions = "strict"\n',
      '.codex/config.toml': 'default_permissions = "strict"\n[permissions.strict]\nextends = ":read-only"\n',
    }),
  );
  expect(findings.map(({ file, code }) => `${file} ${code}`)).toEqual(['web/.codex/rules/a.rules rule-duplicate']);
});

test('a folder on a machine tells more: bytes, links and programs', async () => {
  const root = await mkdtemp(join(tmpdir(), 'reeve-team-config-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const write = async (path: string, content: string | Uint8Array) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  };
  await write('.codex/config.toml', Buffer.from('model = "\u00e9"\n', 'latin1'));
  await write('big/.codex/config.toml', `# ${'x'.repeat(1024 * 1024)}\n`);
  await write('.codex/rules/a.rules', 'host_executable(name = "git", paths = ["/bin/sh/git"])\n');
  await write('.codex/skills/latin/SKILL.md', Buffer.from('---\nname: \u00e9\n---\n', 'latin1'));
  await write('elsewhere/SKILL.md', '---\nname: a\ndescription: b\n---\n');
  await mkdir(join(root, '.codex/skills/file'));
  await symlink('../../../elsewhere/SKILL.md', join(root, '.codex/skills/file/SKILL.md'));
  await symlink('../../elsewhere', join(root, '.codex/skills/folder'));
  await symlink('..', join(root, '.codex/skills/loop'));
  const outside = await mkdtemp(join(tmpdir(), 'reeve-outside-'));
  onTestFinished(() => rm(outside, { recursive: true, force: true }));
  await mkdir(join(outside, 'away'));
  await writeFile(join(outside, 'away/SKILL.md'), '---\nname: away\ndescription: b\n---\n');
  await symlink(join(outside, 'away'), join(root, '.codex/skills/away'));
  await write('module/.git/HEAD', 'x');
  await write('module/.codex/config.toml', 'a =\n');
  const { findings, skills } = checkTeamConfig(await readRepository(root));
  expect(findings.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`)).toEqual([
    '.codex/config.toml:1:1 unreadable-file',
    '.codex/rules/a.rules:1:41 host-path-missing',
    '.codex/skills/away:1:1 link-leaves-repository',
    '.codex/skills/file/SKILL.md:1:1 skill-file-link',
    '.codex/skills/latin/SKILL.md:1:1 skill-unreadable',
    'big/.codex/config.toml:1:1 file-too-large',
  ]);
  expect(skills.filter(({ loads }) => loads).map(({ path }) => path)).toEqual(['.codex/skills/folder/SKILL.md']);
});

test('a bundle whose files are as they were published is not modified', () => {
  const bytes = Buffer.from('model = "x"\n');
  const sha256 = bundleSum([{ path: '.codex/config.toml', bytes, isExecutable: false }]);
  const marker = { slug: 'base', version: 2, sha256, files: ['.codex/config.toml'] };
  const files = { '.codex/config.toml': String(bytes), '.codex/reeve-bundles/base.json': JSON.stringify(marker) };
  expect(checkTeamConfig(bundle(files)).findings).toEqual([]);
  // Unpacking version 2 over version 1 leaves what only version 1 had: clients still apply it.
  const removed = ['.codex/rules/old.rules', '.codex/rules/gone.rules'];
  const upgraded = {
    ...files,
    '.codex/rules/old.rules': 'prefix_rule(pattern=["x"])\n',
    '.codex/reeve-bundles/base.json': JSON.stringify({ ...marker, removed }),
  };
  expect(checkTeamConfig(bundle(upgraded)).findings).toMatchObject([
    {
      code: 'bundle-modified',
      message: expect.stringContaining('files of earlier versions: .codex/rules/old.rules.'),
    },
    { code: 'bundle-left-over', file: '.codex/rules/old.rules', fix: expect.stringContaining('Delete it') },
  ]);
});

const paths = [
  '.codex/config.toml',
  'a/.codex/config.toml',
  '.codex/rules/a.rules',
  '.codex/hooks.json',
  '.codex/skills/a/SKILL.md',
  '.codex/skills/a/agents/openai.yaml',
  '.codex/skills/a/scripts/x.sh',
  '.codex/reeve-bundles/a.json',
  'AGENTS.md',
  'a/AGENTS.override.md',
];

/** Pieces that get past the first check of a reader, among bytes that do not. */
const pieces = fc.oneof(
  fc.constantFrom(...codeCases.flatMap(({ files }) => Object.values(files).filter(({ length }) => length < 2000))),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('---\n', 'name: ', '[', ']', '"', '{', '}', '\r\n', '\uFEFF', '\u2028', ':', '\t', '=', 'hooks'),
);
const content = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

test('no bytes make the checks throw, and every place lies within its file', () => {
  const repository = fc.array(fc.tuple(fc.constantFrom(...paths), content), { maxLength: 6 });
  const policies = fc.constantFrom(...codeCases.map(({ policy }) => policy ?? ''));
  fc.assert(
    fc.property(repository, policies, (files, contents) => {
      const texts = new Map(files.map(([path, bytes]) => [path, bytes.toString('utf8')]));
      const listed = files.map(([path, bytes]): BundleFile => {
        return { path, content: bytes.toString('base64'), encoding: 'base64', executable: false };
      });
      const { findings } = checkTeamConfig(listed, { policy: { name: 'P', contents } });
      for (const { file, line, column, endLine, endColumn } of findings) {
        const lines = (texts.get(file) ?? '').split('\n');
        expect(line).toBeGreaterThanOrEqual(1);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(endLine * 1e7 + endColumn).toBeGreaterThanOrEqual(line * 1e7 + column);
        expect(endLine).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        expect(endColumn).toBeLessThanOrEqual((lines[endLine - 1]?.length ?? 0) + 1);
      }
    }),
    { numRuns: 400 },
  );
});

test('what the layers leave out of a project the check tells, key by key', () => {
  for (const path of ignoredInProjects) {
    const [key = '', below] = path;
    const config = below === undefined ? `${key} = "x"\n` : `[${key}]\n${below} = true\n`;
    const { findings } = checkTeamConfig(bundle({ '.codex/config.toml': config }));
    expect([path, findings.map(({ code }) => code)]).toEqual([path, ['ignored-in-project']]);
  }
});
