import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { KeyScope } from '#contract/key-scopes.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { type Finished, startProgram } from '#server/stock-client/start-program.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

// Each step loads the whole program.
vi.setConfig({ testTimeout: 240_000 });

const main = join(import.meta.dirname, '../main.ts');
const contractorsToml = '# read only\r\nallowed_sandbox_modes = ["read-only"]\r\n';

let reeve: TestReeve;
let organisation: Organisation;
/** Where the programs run: a folder without anything of a server. */
let workFolder: string;
let writing: string;
let reading: string;

async function makeKey(scope: KeyScope): Promise<string> {
  const made = await organisation.owner.api.keys.create({ name: scope, scopes: [scope], allowedIps: [] });
  return made.secret;
}

beforeAll(async () => {
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  workFolder = await mkdtemp(join(tmpdir(), 'reeve-as-code-'));
  writing = await makeKey('policies.write');
  reading = await makeKey('policies.read');
});
afterAll(async () => {
  await rm(workFolder, { recursive: true, force: true });
  await reeve.close();
});

function policies(args: string[], { key = writing, env = {} }: { key?: string; env?: Record<string, string> } = {}) {
  const connection = { REEVE_ORIGIN: reeve.origin, ...(key !== '' && { REEVE_API_KEY: key }) };
  return startProgram(process.execPath, [main, 'policies', ...args, ...trust(args)], {
    cwd: workFolder,
    env: { ...programEnvironment(), ...connection, ...env },
  }).exit;
}

const trust = ([name]: string[]) => (name === 'validate' ? [] : ['--ca', reeve.authorityFile]);
const write = (name: string, text: string) => writeFile(join(workFolder, 'policies', name), text);
const json = ({ stdout }: Finished) => JSON.parse(stdout);

const assignment = `policies:
  contractors: { name: Contractors, contact: "#codex-help", explainsRules: true }
  standard: { name: Standard }
order:
  - { group: Contractors, policy: contractors }
fallback: standard
baseline: null
`;

test('a folder goes from the console to a repository and back', async () => {
  const { owner } = organisation;
  const eve = await organisation.addMember({ name: 'Eve Contractor' });
  await organisation.addGroup('Contractors', [eve]);
  const standard = await organisation.addPolicy(
    'Standard',
    'allowed_sandbox_modes = ["read-only", "workspace-write"]\n',
  );
  await organisation.assign([], standard.id);

  expect(await policies(['export'], { key: reading })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Wrote 2 files to policies: 1 policies'),
  });
  expect((await readdir(join(workFolder, 'policies'))).sort()).toEqual(['assignment.yaml', 'standard.toml']);
  expect(await policies(['export'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--force') });
  for (const command of ['plan', 'drift', 'diff'])
    expect(await policies([command, '--exit-code'].slice(0, command === 'drift' ? 1 : 2))).toMatchObject({
      exitCode: 0,
    });

  await write('assignment.yaml', assignment);
  await write('contractors.toml', contractorsToml);
  await write('contractors.config.toml', 'model_reasoning_effort = "low"\n');
  await write(
    'contractors.tests.yaml',
    '- { setting: allowed_sandbox_modes, lacks: \'"workspace-write"\', group: Contractors }\n',
  );
  expect(await policies(['validate'], { key: '' })).toMatchObject({ exitCode: 0 });
  const planned = await policies(['plan', '--exit-code'], { key: reading });
  expect(planned.exitCode, planned.stderr).toBe(2);
  expect(planned.stdout).toMatch(
    / \+ Contractors \(new\)[\s\S]* {2}\+ Contractors: Contractors[\s\S]*1 member: Standard becomes Contractors[\s\S]*By group: Contractors \(1\)[\s\S]*1 member keep/,
  );
  expect(json(await policies(['plan', '--json']))).toMatchObject({ isEmpty: false, impact: { unchanged: 1 } });
  expect(await policies(['diff', '--exit-code'])).toMatchObject({
    exitCode: 2,
    stdout: expect.stringMatching(
      /--- published\/assignment\.yaml\n\+\+\+ folder\/assignment\.yaml[\s\S]*\+ {2}- \{ group: Contractors, policy: contractors \}/,
    ),
  });
  expect(await policies(['drift'])).toMatchObject({ exitCode: 3 });

  expect(await policies(['apply', '--message', 'Contractors read'])).toMatchObject({
    exitCode: 78,
    stderr: expect.stringContaining('Add --yes'),
  });
  const apply = ['apply', '--message', 'Contractors read', '--yes'];
  expect(await policies(apply, { key: reading })).toMatchObject({
    exitCode: 77,
    stderr: expect.stringMatching(/scope-missing, 403.*scope policies\.write/),
  });
  expect(await policies(apply)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/Applied: state \d+\.\n$/),
  });
  expect(await policies(apply)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/Nothing was changed: state \d+\.\n$/),
  });
  for (const command of ['drift', 'diff']) expect(await policies([command])).toMatchObject({ exitCode: 0 });
  expect((await owner.api.policies.list({})).items).toMatchObject([
    { name: 'Contractors', revision: 1, memberCount: 1 },
    { name: 'Standard', revision: 1 },
  ]);

  const found = await policies(['look-up', eve.email, '--json']);
  expect(json(found)).toEqual(await owner.api.policies.lookUp.find({ email: eve.email }));
  const ada = await policies(['look-up', owner.email, '--joins', 'contractors']);
  expect(ada.stdout).toMatch(/Standard, version 1[\s\S]*What if: Contractors, version 1/);

  // Somebody publishes in the console: that is drift, and an export takes it into the repository.
  await owner.api.policies.saveDraft({
    id: standard.id,
    expectedDraft: null,
    contents: 'allowed_sandbox_modes = ["read-only"]\n',
  });
  await owner.api.policies.publication.publish({ id: standard.id, expectedDraft: 1, message: 'By hand' });
  const drifted = await policies(['drift'], { key: reading });
  expect(drifted).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('~ Standard (contents)') });
  expect((await policies(['diff'])).stdout).toContain(
    '-allowed_sandbox_modes = ["read-only"]\n+allowed_sandbox_modes = ["read-only", "workspace-write"]',
  );
  expect(await policies(['export', '--force'])).toMatchObject({ exitCode: 0 });
  expect(await readFile(join(workFolder, 'policies', 'contractors.toml'), 'utf8')).toBe(contractorsToml);
  expect(await policies(['drift'])).toMatchObject({ exitCode: 0 });
});

test('once a folder owns the policies, the console is refused and the key goes on', async () => {
  const { api } = organisation.owner;
  await policies(['export', '--force']);
  await api.policies.protection.update({ managedBy: 'github.com/example/policies' });
  const [first] = (await api.policies.list({})).items;
  const byHand = { id: first?.id ?? '', expectedDraft: null, contents: '' };
  await expect(api.policies.saveDraft(byHand)).rejects.toMatchObject({ code: 'policies-managed-elsewhere' });
  await write('owned.toml', contractorsToml);
  const text = await readFile(join(workFolder, 'policies', 'assignment.yaml'), 'utf8');
  await write('assignment.yaml', text.replace('policies:\n', 'policies:\n  owned: { name: Owned }\n'));
  expect(await policies(['apply', '--message', 'Owned', '--yes'])).toMatchObject({ exitCode: 0 });
  await api.policies.protection.update({ managedBy: null });
  await write('assignment.yaml', text);
  await rm(join(workFolder, 'policies', 'owned.toml'));
  const kept = await policies(['apply', '--message', 'Gone', '--yes']);
  expect(kept.stdout).toMatch(/- Owned \(not in the folder[\s\S]*Nothing was changed/);
  expect(await policies(['apply', '--message', 'Gone', '--yes', '--delete'])).toMatchObject({ exitCode: 0 });
  expect((await api.policies.list({})).items.map(({ name }) => name)).not.toContain('Owned');
});

describe('what is wrong is said with the next step', () => {
  beforeAll(() => policies(['export', '--force']));

  test('in the folder: at its place, also as an annotation, and nothing is sent', async () => {
    await policies(['export', '--force']);
    const text = await readFile(join(workFolder, 'policies', 'assignment.yaml'), 'utf8');
    await write('assignment.yaml', text.replace('policies:\n', 'policies:\n  broken: { name: Broken }\n'));
    await write('broken.toml', '# one\nallowed_sandbox_modes = ["danger-full-access"]\n');
    const inCheck = await policies(['validate'], { key: '', env: { GITHUB_ACTIONS: 'true' } });
    expect(inCheck.exitCode).toBe(1);
    expect(inCheck.stderr).toMatch(/^policies\/broken\.toml:2:\d+ error /m);
    expect(inCheck.stderr).toMatch(/^::error file=policies\/broken\.toml,line=2,col=\d+::/m);
    expect(json(await policies(['validate', '--json'])).problems).toMatchObject([{ severity: 'error', line: 2 }]);
    expect(await policies(['plan'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Nothing was sent'),
    });
    await write('broken.toml', contractorsToml);
    await write(
      'assignment.yaml',
      `${text}`
        .replace(/order:.*/, 'order:\n  - { group: Ghosts, policy: standard }\n')
        .replace(/^ {2}- .*Contractors.*\n/m, ''),
    );
    await rm(join(workFolder, 'policies', 'broken.toml'));
    expect(await policies(['apply', '--message', 'x', '--yes'])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('the group “Ghosts” does not exist'),
    });
    await policies(['export', '--force']);
  });

  test.each([
    ['no address', ['plan'], { REEVE_ORIGIN: '' }, 78, 'REEVE_ORIGIN'],
    ['no key', ['plan'], { REEVE_API_KEY: '' }, 78, 'No API key'],
    ['not a key', ['plan'], { REEVE_API_KEY: 'at-x' }, 78, 'begin with rk-'],
    ['a key as an argument', ['plan', '--key', 'rk-x'], {}, 78, '--key-file or REEVE_API_KEY'],
    ['a made-up key', ['plan'], { REEVE_API_KEY: `rk-${'x'.repeat(49)}` }, 77, 'key-invalid, 401'],
    ['nobody there', ['plan'], { REEVE_ORIGIN: 'https://127.0.0.1:1' }, 69, 'cannot be reached'],
    ['nobody by that e-mail', ['look-up', 'nobody@example.com'], {}, 1, 'not-found, 404'],
    [
      'a group outside the order',
      ['look-up', 'eve.contractor@example.com', '--joins', 'Nobody'],
      {},
      1,
      'stands in the order',
    ],
  ])('%s', async (_what, args, env, exitCode, words) => {
    const ended = await policies(args, { env: env as Record<string, string> });
    expect(ended).toMatchObject({ exitCode, stderr: expect.stringContaining(words) });
    expect(ended.stderr).not.toContain('Please report');
  });

  test('an authority that is not trusted', async () => {
    const ended = await startProgram(process.execPath, [main, 'policies', 'plan', '--reeve', reeve.origin], {
      cwd: workFolder,
      env: { ...programEnvironment(), REEVE_API_KEY: writing },
    }).exit;
    expect(ended).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('Give its authority with --ca') });
  });
});
