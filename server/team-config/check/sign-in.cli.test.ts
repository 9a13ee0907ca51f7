import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { signedInMember } from '#testing/servers/policy-answers.ts';
import { readProject } from '../files/read-folder.ts';
import { checkTeamConfig } from './check-team-config.ts';

const cases = {
  store: 'cli_auth_credentials_store = "ephemeral"',
  method: 'forced_login_method = "api"',
  workspace: 'forced_chatgpt_workspace_id = "another"',
  same: 'forced_login_method = "chatgpt"',
  model: 'model = "x"',
} as const;

let machine: ClientMachine;

beforeAll(async () => {
  machine = await createClientMachine({
    version: '0.169.0',
    git: true,
    trustWorkFolder: true,
    authJson: signedInMember(),
  });
  for (const [folder, text] of Object.entries(cases))
    await machine.files.work.write(`${folder}/.codex/config.toml`, `${text}\n`);
});
afterAll(() => machine?.close());

test('a trusted repository can hide the sign-in of a member, and that is an error', async () => {
  const { findings } = checkTeamConfig(await readProject(machine.files.work.path));
  const ours = Object.keys(cases).map((folder) => [
    folder,
    !findings.some(({ file, code }) => file === `${folder}/.codex/config.toml` && code === 'signs-out'),
  ]);
  const theirs: [string, boolean][] = [];
  for (const folder of Object.keys(cases)) {
    const { stdout, stderr } = await machine.run(['login', 'status'], { cwd: machine.files.work.file(folder) });
    theirs.push([folder, `${stdout}${stderr}`.includes('Logged in')]);
  }
  expect(ours).toEqual(theirs);
});

test('and `codex exec` deletes one that does not fit', async () => {
  const before = JSON.parse(await machine.files.codexHome.read('auth.json'));
  expect(before.tokens).toBeTruthy();
  const { stderr } = await machine.run(['exec', 'hello'], { cwd: machine.files.work.file('method') });
  expect(stderr).toContain('Logging out');
  await expect(machine.files.codexHome.read('auth.json')).rejects.toThrow('ENOENT');
});
