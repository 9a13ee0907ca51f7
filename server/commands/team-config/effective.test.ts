import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOwnerLink } from '#server/directory/index.ts';
import { type Finished, startProgram } from '#server/stock-client/start-program.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

// Each step loads the whole program.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const main = join(import.meta.dirname, '../../main.ts');

let reeve: TestReeve;
let organisation: Organisation;
let machine: string;
let key: string;

const place = (name: string) => join(machine, name);

async function write(name: string, text: string): Promise<void> {
  await mkdir(join(machine, name, '..'), { recursive: true });
  await writeFile(place(name), text);
}

beforeAll(async () => {
  machine = await mkdtemp(join(tmpdir(), 'reeve-effective-'));
  await write('repo/.git/HEAD', 'ref: refs/heads/main\n');
  await write('repo/.codex/config.toml', 'model = "b"\nsandbox_mode = "danger-full-access"\n');
  await write(
    'home/config.toml',
    `model = "a"\napproval_policy = "never"\n[projects."${place('repo')}"]\ntrust_level = "trusted"\n`,
  );
  await write('etc/config.toml', 'model_verbosity = "low"\n');
  await write(
    'requirements.toml',
    'allowed_sandbox_modes = ["read-only"]\nallowed_approval_policies = ["on-request"]\n',
  );
  reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const made = await organisation.owner.api.keys.create({ name: 'look', scopes: ['policies.read'], allowedIps: [] });
  key = made.secret;
});
afterAll(async () => {
  await rm(machine, { recursive: true, force: true });
  await reeve.close();
});

function effective(args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const where = ['--cwd', place('repo'), '--system', place('etc')];
  return startProgram(process.execPath, [main, 'team-config', 'effective', ...where, ...args], {
    cwd: machine,
    env: { ...programEnvironment(), HOME: machine, CODEX_HOME: place('home'), ...env },
  }).exit;
}

test('without a server: layers, the policy of a file, and who lost', async () => {
  const { exitCode, stdout, stderr } = await effective(['--policy-file', 'requirements.toml']);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Codex starts in ${place('repo')} with sandbox_mode = "read-only".`);
  expect(stdout).toContain(
    `approval_policy = "on-request"\n    from the policy, by allowed_approval_policies of enterprise-managed requirements requirements.toml (policy-file):2\n    instead of "never" from ${place('home/config.toml')}:2\n`,
  );
  expect(stdout).toContain(
    `model = "b"\n    from ${place('repo/.codex/config.toml')}:1\n    instead of "a" from ${place('home/config.toml')}:1\n`,
  );
  expect(stdout).toContain('The client will warn:\n  Configured value for `approval_policy` is disallowed');
});

test('one setting, as JSON', async () => {
  const { exitCode, stdout } = await effective(['--key', 'model', '--format', 'json', '-c', 'model=o3 mini']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).settings).toEqual([
    expect.objectContaining({ key: 'model', value: 'o3 mini', lost: [expect.anything(), expect.anything()] }),
  ]);
});

test('1 when the client would not start, 2 when the question is wrong', async () => {
  const refused = await effective(['-c', 'model_context_window=many']);
  expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('Codex would not start in') });
  expect(refused.stdout).toContain(
    '`model_context_window` must be a whole number, not "many". (the command line (-c))',
  );
  expect(await effective(['--key', 'no_such'])).toMatchObject({ exitCode: 2 });
  expect(await effective(['--policy-file', '.'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^\n?[^\n]*is a folder and no file[^\n]*\n$/),
  });
  await mkdir(place('odd/config.toml'), { recursive: true });
  expect(await effective(['--codex-home', place('odd')])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^\n?[^\n]*config\.toml is a folder and no file[^\n]*\n$/),
  });
});

test('under what Reeve delivers to a member', async () => {
  const policy = await organisation.addPolicy(
    'Contractors',
    'allowed_sandbox_modes = ["read-only", "workspace-write"]\n',
  );
  await organisation.assign([], policy.id);
  const connection = { REEVE_ORIGIN: reeve.origin, REEVE_API_KEY: key };
  const asked = ['--as', organisation.owner.email, '--ca', reeve.authorityFile];
  const { exitCode, stdout, stderr } = await effective(
    [...asked, '-c', 'approval_policy=on-request', '--format', 'json'],
    connection,
  );
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const settings = new Map(JSON.parse(stdout).settings.map((setting: { key: string }) => [setting.key, setting]));
  expect(settings.get('sandbox_mode')).toMatchObject({
    value: 'read-only',
    decidedBy: { by: 'policy', key: 'allowed_sandbox_modes', source: expect.stringContaining('Contractors'), line: 1 },
  });
  expect(settings.get('model_provider')).toMatchObject({ value: 'reeve', decidedBy: { by: 'policy' } });
  // The signed revision of the policy is in a header that nobody needs to see here.
  expect(stdout).toContain('"model_providers.reeve.http_headers.');
  expect(stdout).toContain('[redacted]');

  expect(await effective(['--as', 'nobody@corp.test', '--ca', reeve.authorityFile], connection)).toMatchObject({
    exitCode: 2,
  });
  expect(await effective(asked, { ...connection, REEVE_API_KEY: 'rk-wrong' })).toMatchObject({ exitCode: 77 });
  expect(await effective([...asked, '--policy-file', 'requirements.toml'], connection)).toMatchObject({ exitCode: 2 });
});
