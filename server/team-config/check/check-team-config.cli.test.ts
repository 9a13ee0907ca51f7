import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TeamConfigCheck } from '#contract/team-config-files.ts';
import type { AppServer } from '#server/stock-client/app-server.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { readProject } from '../files/read-folder.ts';
import { checkTeamConfig } from './check-team-config.ts';
import { configCases, descriptionCases, hooksCases, keyCases, rulesCases, skillCases } from './client-cases.ts';

/** One machine and one repository for everything: each case has a folder of its own in it. */
let machine: ClientMachine;
let client: AppServer;
let check: TeamConfigCheck;

const folders = (prefix: string, cases: readonly string[]) =>
  cases.map((text, index) => ({ folder: `${prefix}${index}`, text }));

const keys = folders('key', keyCases);
const configs = folders('config', configCases);
const rules = folders('rules', rulesCases);
const hooks = folders('hooks', hooksCases);
const skills = [
  ...Object.entries(skillCases),
  ...descriptionCases.map((text, index) => [`d${index}`, `---\nname: a\ndescription: ${text}\n---\n`] as const),
];
const depths = [1, 2, 3, 4, 5, 6, 7, 8];

async function layOut(): Promise<void> {
  const { work } = machine.files;
  for (const { folder, text } of configs) await work.write(`${folder}/.codex/config.toml`, `${text}\n`);
  // The last two lines make the client say both things about every folder, so that there is something to wait for.
  for (const { folder, text } of keys) {
    const ignored = text.startsWith('otel') ? 'notify=["x"]' : 'otel={environment="x"}';
    await work.write(`${folder}/.codex/config.toml`, `${text}\n${ignored}\nnobody_knows_this=1\n`);
  }
  for (const { folder, text } of rules) await work.write(`${folder}/.codex/rules/a.rules`, text);
  for (const { folder, text } of hooks) await work.write(`${folder}/.codex/hooks.json`, text);
  for (const [name, text] of skills) await work.write(`skills/.codex/skills/${name}/SKILL.md`, text);
  const fine = '---\nname: fine\ndescription: x\n---\n';
  for (const depth of depths) {
    const path = Array.from({ length: depth }, (_, index) => `d${index + 1}`).join('/');
    await work.write(`skills/.agents/skills/${path}/SKILL.md`, fine);
  }
  await work.write('skills/.agents/skills/SKILL.md', fine);
  await work.write('skills/.agents/skills/.hidden/SKILL.md', fine);
  await work.write('skills/.agents/skills/lower/skill.md', fine);
  await work.write('skills/.agents/skills/node_modules/x/SKILL.md', fine);
  await mkdir(work.file('skills/.codex/skills/latin'), { recursive: true });
  await writeFile(work.file('skills/.codex/skills/latin/SKILL.md'), Buffer.from(`${fine}caf\u00e9`, 'latin1'));
  await work.write('elsewhere/linked/SKILL.md', fine);
  await symlink('../../../elsewhere/linked', work.file('skills/.agents/skills/link'));
  await mkdir(work.file('skills/.agents/skills/file'));
  await symlink('../../../../elsewhere/linked/SKILL.md', work.file('skills/.agents/skills/file/SKILL.md'));
  const nested = `[projects."${work.file('markers/nested')}"]\ntrust_level = "trusted"\n`;
  await work.write('markers/.codex/config.toml', `project_root_markers = ["here"]\n${nested}`);
  await work.write('markers/in/here', '');
  await work.write('markers/nested/.git/HEAD', 'ref: refs/heads/main\n');
  await work.write('markers/nested/.codex/config.toml', 'model = "x"\n');
  await work.write('AGENTS.md', `root ${'x'.repeat(20)}`);
  await work.write('many/AGENTS.md', 'ä'.repeat(20_000));
  await work.write('many/in/AGENTS.md', 'passed over');
  await work.write('many/in/AGENTS.override.md', 'left out');
  await work.write('raised/AGENTS.md', 'y'.repeat(40_000));
  await work.write('raised/.codex/config.toml', 'project_doc_max_bytes = 65536\n');
}

beforeAll(async () => {
  machine = await createClientMachine({ version: '0.169.0', git: true, trustWorkFolder: true });
  await layOut();
  check = checkTeamConfig(await readProject(machine.files.work.path));
  client = machine.appServer();
  await client.initialize();
});
afterAll(async () => {
  await client?.close();
  await machine?.close();
});

/** Why no session starts in a folder; null: one does. */
const refusalIn = (folder: string): Promise<string | null> =>
  client.request('thread/start', { cwd: machine.files.work.file(folder), ephemeral: true }).then(
    () => null,
    (error: unknown) => String(error),
  );

const messageOf = (params: unknown): string => String((params as { message?: string }).message);

/** Waits for a warning about a folder that has to come. */
async function warningOf(folder: string, begins: string): Promise<string> {
  const path = `${machine.files.work.file(folder)}/`;
  const notice = await client.waitForNotice('warning', (params) => {
    const message = messageOf(params);
    return message.startsWith(begins) && message.includes(path);
  });
  return messageOf(notice.params);
}

const codesIn = (folder: string): string[] =>
  check.findings.filter(({ file }) => file.startsWith(`${folder}/`)).map(({ code }) => code);
const errorsIn = (folder: string) =>
  check.findings.filter(({ file, severity }) => file.startsWith(`${folder}/`) && severity === 'error');

test('keys that a project may not set, and keys nobody knows, are those the client says', async () => {
  const differing: object[] = [];
  for (const { folder, text } of keys) {
    const name = text.slice(0, text.indexOf('='));
    expect({ text, refusal: await refusalIn(folder) }).toEqual({ text, refusal: null });
    const ignored = await warningOf(folder, 'Ignored unsupported project-local config keys');
    const unknown = await warningOf(folder, 'Codex is ignoring');
    const listed = ignored
      .slice(ignored.indexOf('config.toml: '), ignored.indexOf('. If you want'))
      .slice(13)
      .split(', ');
    const theirs = { isIgnored: listed.includes(name), isUnknown: unknown.includes(`\`${name}\` is ignored`) };
    const codes = check.findings
      .filter(({ file, line }) => file.startsWith(`${folder}/`) && line === 1)
      .map(({ code }) => code);
    const ours = { isIgnored: codes.includes('ignored-in-project'), isUnknown: codes.includes('unknown-key') };
    if (!isDeepStrictEqual(theirs, ours)) differing.push({ text, theirs, codes });
  }
  expect(differing).toEqual([]);
});

test('an error in config.toml is what keeps the client from starting in that folder', async () => {
  const differing: object[] = [];
  for (const { folder, text } of configs) {
    const refusal = await refusalIn(folder);
    const errors = errorsIn(folder);
    if (errors.length > 0 !== (refusal !== null)) differing.push({ text, refusal, errors });
  }
  expect(differing).toEqual([]);
});

test('rules files that are refused are those the client refuses', async () => {
  const { stdout } = await machine.shell(
    'for n in $(seq 0 "$(( $1 - 1 ))"); do codex execpolicy check -r "rules$n/.codex/rules/a.rules" -- true > /dev/null 2>&1; echo $?; done',
    { args: [String(rules.length)] },
  );
  const refused = stdout
    .trim()
    .split('\n')
    .map((code) => code !== '0');
  expect(rules.map(({ text }, index) => ({ text, isRefused: refused[index] }))).toEqual(
    rules.map(({ folder, text }) => ({ text, isRefused: codesIn(folder).includes('rules-refused') })),
  );
});

test('a refused rules file is told at the start of a session, and nothing else of it', async () => {
  expect(await refusalIn('rules2')).toBe(null);
  const { params } = await client.waitForNotice('configWarning', (each) =>
    JSON.stringify(each).includes('/rules2/.codex/rules/a.rules'),
  );
  expect(params).toMatchObject({ summary: 'Error parsing rules; custom rules not applied.' });
});

interface ListedHooks {
  data: { hooks: unknown[]; warnings: string[] }[];
}

test('hooks that cannot be used are those the client warns of', async () => {
  const differing: object[] = [];
  for (const { folder, text } of hooks) {
    const { data } = (await client.request('hooks/list', { cwds: [machine.files.work.file(folder)] })) as ListedHooks;
    const said = (...parts: string[]) =>
      data[0]?.warnings.some((warning) => parts.some((part) => warning.includes(part))) ?? false;
    const codes = codesIn(folder);
    const theirs = {
      unreadable: said('failed to parse hooks config'),
      skipped: said('hooks are not supported yet', 'skipping empty hook command'),
      matcher: said('invalid matcher'),
    };
    const ours = {
      unreadable: codes.includes('hooks-unreadable'),
      skipped: codes.includes('hook-skipped'),
      matcher: codes.includes('hook-matcher'),
    };
    if (!isDeepStrictEqual(theirs, ours)) differing.push({ text, theirs, ours });
  }
  expect(differing).toEqual([]);
});

interface Layers {
  layers: { name: { type: string; dotCodexFolder?: string }; disabledReason: string | null }[];
}

test('keys without effect have none: neither the root nor the trust of a project is decided by its own files', async () => {
  const { file } = machine.files.work;
  const layersIn = async (folder: string) => {
    const { layers } = (await client.request('config/read', { cwd: file(folder), includeLayers: true })) as Layers;
    return layers.filter(({ name }) => name.type === 'project');
  };
  expect((await layersIn('markers/in')).map(({ name }) => name.dotCodexFolder)).toEqual([file('markers/.codex')]);
  expect(await layersIn('markers/nested')).toEqual([
    expect.objectContaining({ disabledReason: expect.stringContaining('trust') }),
  ]);
  const said = check.findings.filter((finding) => finding.file === 'markers/.codex/config.toml');
  expect(said.map(({ code, line }) => `${line} ${code}`)).toEqual(['1 no-effect', '2 no-effect']);
});

interface ListedSkills {
  data: { skills: { name: string; description: string; path: string; scope: string }[]; errors: { path: string }[] }[];
}

test('the skills that load, with their names and descriptions, are those the client lists', async () => {
  const cwd = machine.files.work.file('skills');
  const { data } = (await client.request('skills/list', { cwds: [cwd] })) as ListedSkills;
  const below = machine.files.work.path.length + 1;
  // The client gives the real path of what a link leads to.
  const place = (path: string) => path.slice(below).replace('elsewhere/linked/', 'skills/.agents/skills/link/');
  const theirs = new Map(
    data[0]?.skills
      .filter(({ scope }) => scope === 'repo')
      .map(({ path, name, description }) => [place(path), { name, description }]),
  );
  const ours = new Map(
    check.skills.filter(({ loads }) => loads).map(({ path, name, description }) => [path, { name, description }]),
  );
  const paths = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
  const differing = paths
    .map((path) => ({ path, theirs: theirs.get(path), ours: ours.get(path) }))
    .filter((each) => JSON.stringify(each.theirs) !== JSON.stringify(each.ours));
  expect(differing).toEqual([]);
  expect(theirs.size).toBeGreaterThan(60);
  const wrong = data[0]?.errors.map(({ path }) => place(path)).sort();
  const errors = check.findings.filter(({ severity, code }) => severity === 'error' && code.startsWith('skill-'));
  expect([...new Set(errors.map(({ file }) => file))].sort()).toEqual(wrong);
});

test('what is cut off AGENTS.md is what the client says it leaves out', async () => {
  const size = 40_000;
  const kept = 32_768 - 25;
  expect(await refusalIn('many/in')).toBe(null);
  expect(await warningOf('many', 'Loaded only')).toContain(`${kept} of ${size} bytes`);
  expect(await warningOf('many/in', 'Skipped project instructions')).toContain('many/in/AGENTS.override.md');
  const cut = check.findings.filter(({ file }) => /(?:many|raised)\//.test(file));
  expect(cut).toEqual([
    expect.objectContaining({ code: 'instructions-cut', file: 'many/AGENTS.md', line: 1 }),
    expect.objectContaining({ code: 'instructions-replaced', file: 'many/in/AGENTS.md' }),
    expect.objectContaining({ code: 'instructions-left-out', file: 'many/in/AGENTS.override.md' }),
  ]);
  expect(cut[0]?.message).toContain(`${kept} of ${size} bytes`);
});
