import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { KeyScope } from '#contract/key-scopes.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { Refused } from '#server/refused.ts';
import { startProgram } from '#server/stock-client/start-program.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { teamConfigCommand } from './team-config.ts';

// One test starts the whole program.
vi.setConfig({ testTimeout: 120_000 });

const main = join(import.meta.dirname, '../main.ts');

let reeve: TestReeve;
let organisation: Organisation;
let repository: string;
let key: string;

const makeKey = async (scope: KeyScope): Promise<string> =>
  (await organisation.owner.api.keys.create({ name: scope, scopes: [scope], allowedIps: [] })).secret;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(repository, path)), { recursive: true });
  await writeFile(join(repository, path), text);
}

interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The command as the program runs it, without starting one each time. */
async function check(args: string[]): Promise<Ended> {
  const written: string[] = [];
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    await teamConfigCommand().parseAsync(['check', ...args], { from: 'user' });
    return { exitCode: Number(process.exitCode ?? 0), stdout: written.join(''), stderr: '' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { exitCode: error.exitCode, stdout: written.join(''), stderr: error.message };
  } finally {
    output.mockRestore();
    process.exitCode = undefined;
  }
}

/** With the server and a key. */
async function ask(args: string[], { secret = key, origin = reeve.origin } = {}): Promise<Ended> {
  await write('.git/key', secret);
  return check([...args, '--reeve', origin, '--key-file', '.git/key', '--ca', reeve.authorityFile]);
}

const codes = ({ stdout }: Ended): string[] => JSON.parse(stdout).findings.map(({ code }: { code: string }) => code);

beforeAll(async () => {
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  key = await makeKey('policies.read');
  repository = await mkdtemp(join(tmpdir(), 'reeve-repository-'));
  await promisify(execFile)('git', ['init', '--quiet', repository]);
  process.chdir(repository);
  await write('.codex/config.toml', 'sandbox_mode = "workspace-write"\n');
  await write('web/.codex/config.toml', 'notify = ["x"]\n');
  await write('api/.codex/config.toml', 'model = 1\n');
});
afterAll(async () => {
  process.chdir(import.meta.dirname);
  await rm(repository, { recursive: true, force: true });
  await reeve?.close();
});

test('exit codes tell findings from bad use, and formats tell the same', async () => {
  const human = await check([]);
  expect(human).toMatchObject({ exitCode: 1, stderr: '' });
  expect(human.stdout).toBe(
    [
      'api/.codex/config.toml:1:9 error `model` must be text in quotes, not 1. Codex ends with an error in this folder. [wrong-type]',
      '  → Correct the value.',
      'web/.codex/config.toml:1:1 warning Clients ignore `notify` here, with a warning at every start: a repository does not decide a program that runs on every turn. [ignored-in-project]',
      '  → Remove it. What holds for everybody belongs in a policy, what is personal in ~/.codex/config.toml.',
      '',
      '.: 1 error, 1 warning, 0 notes.',
      '',
    ].join('\n'),
  );
  const json = await check(['--format', 'json', 'web']);
  expect(json.exitCode).toBe(0);
  expect(JSON.parse(json.stdout)).toMatchObject({
    policyName: null,
    counts: { errors: 0, warnings: 1, notes: 0 },
    findings: [{ file: 'web/.codex/config.toml' }],
  });
  expect(await check(['web', '--max-warnings', '0', '--format', 'sarif', '--output', 'out.sarif'])).toMatchObject({
    exitCode: 1,
    stdout: '',
  });
  const sarif = JSON.parse(await readFile(join(repository, 'out.sarif'), 'utf8'));
  expect(sarif.runs[0].results).toMatchObject([{ ruleId: 'ignored-in-project', level: 'warning' }]);
  expect(await check(['nowhere'])).toMatchObject({ exitCode: 2, stderr: 'nowhere is no folder.' });
  expect(await check(['--policy-file', 'no.toml'])).toMatchObject({ exitCode: 2 });
});

test('the program ends with 2 for an option that is not there, and colours nothing for a file', async () => {
  const run = (args: string[]) =>
    startProgram(process.execPath, [main, 'team-config', 'check', ...args], {
      cwd: repository,
      env: { ...programEnvironment(), FORCE_COLOR: '1' },
    }).exit;
  const [wrong, right] = await Promise.all([run(['--format', 'xml']), run(['web'])]);
  expect(wrong).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('human, json, sarif') });
  expect(right).toMatchObject({ exitCode: 0, stderr: '' });
  expect(right.stdout).not.toContain('\u001b');
});

test('a policy comes from the server, by its name or for a member, and from a file', async () => {
  const eve = await organisation.addMember({ name: 'Eve Contractor' });
  const contractors = await organisation.addGroup('Contractors', [eve]);
  const policy = await organisation.addPolicy('Contractors', 'allowed_sandbox_modes = ["read-only"]\n');
  await organisation.assign([{ groupId: contractors.id, policyId: policy.id }], null);
  const conflict = ['--format', 'json', 'web'];

  const named = await ask([...conflict, '--policy', 'contractors']);
  expect(codes(named)).toEqual(['policy-falls-back', 'ignored-in-project']);
  expect(named.stdout).toContain(
    'This repository asks for `sandbox_mode = \\"workspace-write\\"`; `allowed_sandbox_modes` of the policy “Contractors” allows \\"read-only\\".',
  );
  const member = await ask([...conflict, '--as', eve.email]);
  expect(codes(member)).toEqual(['policy-falls-back', 'ignored-in-project']);
  expect(JSON.parse(member.stdout).policyName).toBe(`Contractors (${eve.email})`);
  await write('policy.toml', 'allowed_sandbox_modes = ["read-only"]\n');
  expect(codes(await check([...conflict, '--policy-file', 'policy.toml']))).toEqual([
    'policy-falls-back',
    'ignored-in-project',
  ]);

  expect(await ask(['--policy', 'Nobody'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('There is no policy “Nobody”. There are: Contractors'),
  });
  expect(await ask(['--as', 'nobody@acme.example'])).toMatchObject({ exitCode: 2 });
  expect(await ask(['--as', eve.email, '--policy', 'Contractors'])).toMatchObject({ exitCode: 2 });
  const other = await makeKey('audit.read');
  expect(await ask(['--as', eve.email], { secret: other })).toMatchObject({ exitCode: 77 });
  expect(await ask(['--as', eve.email], { secret: '' })).toMatchObject({ exitCode: 78 });
  expect(await ask(['--as', eve.email], { origin: 'https://localhost:1' })).toMatchObject({ exitCode: 69 });
});

test('what cannot be read is bad use and no finding', async () => {
  await write('bad.toml', 'a = @\n');
  expect(await check(['web', '--policy-file', 'bad.toml'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('--policy-file: bad.toml:1:'),
  });
  const run = promisify(execFile);
  const report = () => ask(['web', '--report', '--format', 'json']);
  await run('git', ['-C', repository, 'remote', 'add', 'origin', 'https://x.example/a%zz/b@c.git']);
  try {
    expect(await report()).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no address of a repository'),
    });
  } finally {
    await run('git', ['-C', repository, 'remote', 'remove', 'origin']);
  }
});

test('a report needs to know which repository it is about', async () => {
  expect(await ask(['web', '--report'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no git repository with a remote `origin`'),
  });
});
