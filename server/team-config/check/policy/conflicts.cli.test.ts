import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';
import type { AppServer } from '#server/stock-client/app-server.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { readProject } from '../../files/read-folder.ts';
import { checkTeamConfig } from '../check-team-config.ts';

/** What a session in a folder really gets. */
interface Session {
  approvalPolicy: unknown;
  approvalsReviewer: string;
  sandbox: { type: string };
  activePermissionProfile: { id: string } | null;
  thread: { id: string };
}

const lists = `
allowed_approval_policies = ["on-request"]
allowed_approvals_reviewers = ["user"]
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["cached"]
allow_managed_hooks_only = true
allow_login_shell = false
[features]
mentions_v2 = false
[mcp_servers.ok.identity]
command = "ok"
`;
const profiles = 'default_permissions = ":read-only"\n[allowed_permission_profiles]\n":read-only" = true\n';
const open = 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n';

const repository: Readonly<Record<string, string>> = {
  never: 'approval_policy = "never"',
  granular: 'approval_policy = { granular = { sandbox_approval = true, rules = true, mcp_elicitations = true } }',
  failure: 'approval_policy = "on-failure"',
  reviewer: 'approvals_reviewer = "guardian_subagent"',
  write: 'sandbox_mode = "workspace-write"',
  full: 'sandbox_mode = "danger-full-access"',
  read: 'sandbox_mode = "read-only"',
  profile: 'default_permissions = ":workspace"',
  live: 'web_search = "live"',
  off: 'web_search = "disabled"',
  feature: '[features]\nmentions_v2 = true',
  shell: 'allow_login_shell = true',
  unlisted: '[mcp_servers.no]\ncommand = "true"',
  other: '[mcp_servers.ok]\ncommand = "other"',
  hook: '[hooks]\nStop = [{ hooks = [{ type = "command", command = "true" }] }]',
};

let machine: ClientMachine;
let client: AppServer;
let findings: TeamConfigFinding[];

/** The same client with another policy in the system's place. */
async function under(contents: string): Promise<void> {
  await client?.close();
  await machine.files.etc.write('codex/requirements.toml', contents);
  findings = checkTeamConfig(await readProject(machine.files.work.path), {
    policy: { name: 'Contractors', contents },
  }).findings;
  client = machine.appServer();
  await client.initialize();
}

const begin = (folder: string) =>
  client.request('thread/start', {
    cwd: machine.files.work.file(folder),
    ephemeral: true,
  }) as Promise<Session>;

const saidOf = (folder: string): string[] =>
  findings.filter(({ file }) => file.startsWith(`${folder}/`)).map(({ code }) => code);

/** The client warns about the value in the folder of this session. */
const warns = async (session: Session, part: string) =>
  client.waitForNotice('warning', (params) => {
    const { threadId, message } = params as { threadId?: string; message?: string };
    return threadId === session.thread.id && (message ?? '').includes(part);
  });

beforeAll(async () => {
  machine = await createClientMachine({ version: '0.169.0', git: true, trustWorkFolder: true });
  for (const [folder, text] of Object.entries(repository))
    await machine.files.work.write(`${folder}/.codex/config.toml`, `${text}\n`);
});
afterAll(async () => {
  await client?.close();
  await machine?.close();
});

describe('a policy with lists', () => {
  beforeAll(() => under(lists));

  test.each(['never', 'granular'])('%s: the first allowed approval policy holds', async (folder) => {
    expect(saidOf(folder)).toEqual(['policy-falls-back']);
    const session = await begin(folder);
    expect(session.approvalPolicy).toBe('on-request');
    await warns(session, 'Configured value for `approval_policy` is disallowed');
  });

  test('an older name of an allowed approval policy is allowed', async () => {
    expect(saidOf('failure')).toEqual([]);
    expect((await begin('failure')).approvalPolicy).toBe('on-request');
  });

  test('the reviewer falls back', async () => {
    expect(saidOf('reviewer')).toEqual(['policy-falls-back']);
    const session = await begin('reviewer');
    expect(session.approvalsReviewer).toBe('user');
    await warns(session, 'Configured value for `approvals_reviewer` is disallowed');
  });

  test.each(['write', 'full', 'profile'])('%s: the sandbox falls back to read-only', async (folder) => {
    expect(saidOf(folder)).toEqual(['policy-falls-back']);
    const session = await begin(folder);
    expect(session.sandbox.type).toBe('readOnly');
    await warns(session, 'is not in the allowed set [ReadOnly]');
  });

  test('web search falls back, and off is always allowed', async () => {
    expect([saidOf('live'), saidOf('off'), saidOf('read')]).toEqual([['policy-falls-back'], [], []]);
    await warns(await begin('live'), 'falling back to required value Cached');
  });

  test('pinned features and settings hold', async () => {
    expect([saidOf('feature'), saidOf('shell')]).toEqual([['policy-decides'], ['policy-decides']]);
    await warns(await begin('shell'), 'Configured value for `allow_login_shell` is overridden');
    const cwd = machine.files.work.file('feature');
    const { data } = (await client.request('experimentalFeature/list', {
      cwd,
      threadId: (await begin('feature')).thread.id,
    })) as {
      data: { name: string; enabled: boolean }[];
    };
    expect(data.find(({ name }) => name === 'mentions_v2')?.enabled).toBe(false);
  });

  test.each(['unlisted', 'other'])('%s: an MCP server that is not listed is disabled', async (folder) => {
    expect(saidOf(folder)).toEqual(['policy-disables-server']);
    const { thread } = await begin(folder);
    const { data } = (await client.request('mcpServerStatus/list', { threadId: thread.id })) as {
      data: { runtimeStatus: string }[];
    };
    expect(data.map(({ runtimeStatus }) => runtimeStatus)).toEqual(['disabled']);
  });

  test('hooks of the repository are left out', async () => {
    expect(saidOf('hook')).toEqual(['policy-skips-hooks']);
    const { data } = (await client.request('hooks/list', { cwds: [machine.files.work.file('hook')] })) as {
      data: { hooks: unknown[] }[];
    };
    expect(data[0]?.hooks).toEqual([]);
  });
});

test('with permission profiles the sandbox mode counts no more, and profiles fall back', async () => {
  await under(profiles);
  expect([saidOf('write'), saidOf('profile'), saidOf('hook')]).toEqual([
    ['policy-uses-profiles'],
    ['policy-falls-back'],
    [],
  ]);
  expect((await begin('write')).activePermissionProfile?.id).toBe(':read-only');
  const session = await begin('profile');
  expect(session.activePermissionProfile?.id).toBe(':read-only');
  await warns(session, 'falling back from `:workspace` to required value `:read-only`');
});

test('a permission profile that the policy defines as well keeps every client from starting', async () => {
  const own = 'default_permissions = "corp"\n[permissions.corp]\nextends = ":read-only"\n';
  await under(`${own}[allowed_permission_profiles]\ncorp = true\n":read-only" = true\n`);
  await machine.files.work.write('twice/.codex/config.toml', own);
  const policy = { name: 'Contractors', contents: await machine.files.etc.read('codex/requirements.toml') };
  const check = checkTeamConfig(await readProject(machine.files.work.path), { policy });
  const twice = check.findings.filter(({ file }) => file.startsWith('twice/'));
  expect(twice).toEqual([expect.objectContaining({ code: 'policy-refuses-start', line: 2, column: 14 })]);
  await expect(begin('twice')).rejects.toThrow('corp');
});

test('full access that a policy denies while it lets clients never ask keeps `codex exec` from running', async () => {
  await under(open);
  expect([saidOf('full'), saidOf('write')]).toEqual([['policy-refuses-start'], []]);
  const { exitCode, stderr } = await machine.run(['exec', 'hello'], { cwd: machine.files.work.file('full') });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('requirements do not allow `sandbox_mode = "danger-full-access"`');
});
