import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { createSdkClient } from '#testing/codex-cli/codex-sdk.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { eachTurn, prompts, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { admitVersion, isSince, setUp, version } from './client-versions.ts';
import { echoMcpServer } from './echo-mcp-server.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

const baseline = `
allowed_sandbox_modes = ["read-only"]
allowed_approval_policies = ["on-request"]
`;
const tools = `
allowed_web_search_modes = ["disabled"]
[rules]
prefix_rules = [{ pattern = [{ token = "touch" }], decision = "forbidden", justification = "Corp forbids touch" }]
[mcp_servers.good]
identity = { command = "node" }
`;

let acceptance: Acceptance;
let grace: Person;
let alan: Person;
let barbara: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const { organisation } = acceptance;
  await admitVersion(organisation);
  const names = ['Grace Hopper', 'Alan Turing', 'Barbara Liskov'];
  [grace, alan, barbara] = (await Promise.all(names.map((name) => organisation.addMember({ name })))) as [
    Person,
    Person,
    Person,
  ];
  const fallback = await organisation.addPolicy('Corp baseline', baseline);
  const groups = [
    { group: await organisation.addGroup('Tools', [alan]), policy: await organisation.addPolicy('Tools', tools) },
    {
      group: await organisation.addGroup('No shell', [barbara]),
      policy: await organisation.addPolicy('No shell', '[features]\nshell_tool = false\n'),
    },
  ];
  const order = groups.map(({ group, policy }) => ({ groupId: group.id, policyId: policy.id }));
  await organisation.assign(order, fallback.id);
});
afterAll(() => acceptance.close());

const open = async (person: Person, settings = ''): Promise<ClientMachine> => {
  const client = await openSignedInClient(acceptance.organisation, person, setUp({ settings }));
  onTestFinished(() => client.close());
  return client;
};

/** A prompt that makes the model run this command. */
function commandPrompt(prompt: string, command: string): string {
  acceptance.onPrompt(prompt, eachTurn(shellCommand(command), message('Tried.')));
  return prompt;
}

const requestsFor = (prompt: string) =>
  acceptance.upstream.requests.filter(({ body }) => prompts(body).at(-1) === prompt);
const lastOutput = (prompt: string): string => {
  const last = requestsFor(prompt).at(-1);
  return last ? (toolOutputs(last.body)[0] ?? '') : '';
};

describe('read-only and on-request bind', () => {
  const tries: [string, string[]][] = [
    ['flags', ['-s', 'danger-full-access', '-c', 'approval_policy="never"']],
    ['bypass', ['--dangerously-bypass-approvals-and-sandbox']],
    ['settings', []],
  ];

  test(`Codex ${version} with flags and settings that ask for more`, async () => {
    const client = await open(grace, 'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n');
    const attempt = async ([name, flags]: [string, string[]]) => {
      const prompt = commandPrompt(`write ${name}`, `echo pwned > ${name}.txt`);
      const run = await client.run(['exec', '--skip-git-repo-check', ...flags, prompt]);
      return { name, run, output: lastOutput(prompt), wasWritten: await client.files.work.exists(`${name}.txt`) };
    };
    const attempts = await Promise.all(tries.map(attempt));
    for (const { name, run, output, wasWritten } of attempts) {
      expect({ name, wasWritten }).toEqual({ name, wasWritten: false });
      expect(output).toContain('Read-only file system');
      expect(run.stderr).toMatch(/^sandbox: read-only/m);
      expect(run.stderr).toMatch(/^approval: on-request/m);
      expect(run.stderr).toContain(isSince('0.140.0') ? 'Corp baseline' : 'set by cloud requirements');
      expect(run.exitCode).toBe(0);
    }
  });

  test(`the SDK on Codex ${version}`, async () => {
    const client = await open(grace);
    const codex = await createSdkClient(client);
    const prompt = commandPrompt('write from the SDK', 'echo pwned > sdk.txt');
    const thread = codex.startThread({
      workingDirectory: client.files.work.path,
      skipGitRepoCheck: true,
      sandboxMode: 'danger-full-access',
      approvalPolicy: 'never',
    });
    const turn = await thread.run(prompt);
    expect(turn.finalResponse).toBe('Tried.');
    expect(lastOutput(prompt)).toContain('Read-only file system');
    expect(await client.files.work.exists('sdk.txt')).toBe(false);
  });
});

describe('tools', () => {
  test(`Codex ${version} runs no command that a rule forbids, and says why`, async () => {
    const client = await open(alan);
    const prompt = commandPrompt('touch it', 'touch made.txt');
    await client.run(['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', prompt]);
    expect(lastOutput(prompt)).toContain('Corp forbids touch');
    expect(await client.files.work.exists('made.txt')).toBe(false);
  });

  test(`Codex ${version} ends the words of a refusal with a link that opens the rule`, async () => {
    const { organisation } = acceptance;
    const { api } = organisation.owner;
    const { id, draft } = await api.policies.create({
      name: 'Explained',
      contents: tools,
      contact: 'security@corp.test',
      explainsRules: true,
    });
    const expectedDraft = draft?.version ?? 0;
    await api.policies.publication.publish({ id, expectedDraft, message: 'The first version.' });
    const edsger = await organisation.addMember({ name: 'Edsger Dijkstra' });
    const group = await organisation.addGroup('Explained', [edsger]);
    const { items, fallbackPolicyId } = await api.policies.assignments({});
    const order = items.map(({ groupId, policyId }) => ({ groupId, policyId }));
    await organisation.assign([...order, { groupId: group.id, policyId: id }], fallbackPolicyId);
    const client = await open(edsger);
    const prompt = commandPrompt('touch it and explain', 'touch made.txt');
    await client.run(['exec', '--skip-git-repo-check', prompt]);
    const code = new RegExp(`${organisation.origin}/why/([\\d.]+)`).exec(lastOutput(prompt))?.[1] ?? '';
    expect(await edsger.api.policies.explanations.get({ code })).toMatchObject({
      policyName: 'Explained',
      rule: { command: 'touch', decision: 'forbidden', justification: 'Corp forbids touch' },
      contact: 'security@corp.test',
      policyId: null,
    });
    const { policies } = await api.policies.lookUp.error({ text: lastOutput(prompt) });
    expect(policies).toMatchObject([{ id, keyPath: 'rules.prefix_rules[0]' }]);
  });

  test(`Codex ${version} offers no web search and only the MCP server on the list`, async () => {
    const servers = (files: string) =>
      ['good', 'evil']
        .map((name) => `[mcp_servers.${name}]\ncommand = "node"\nargs = ["${files}/echo.cjs", "ping_${name}"]\n`)
        .join('');
    const client = await open(alan);
    await client.files.home.write('echo.cjs', echoMcpServer);
    const config = (await client.files.codexHome.readIfPresent('config.toml')) ?? '';
    await client.files.codexHome.write('config.toml', `${config}\n${servers(client.files.home.path)}`);
    const run = await client.run(['exec', '--skip-git-repo-check', '-c', 'web_search="live"', 'which tools']);
    expect(run.exitCode).toBe(0);
    const [request] = requestsFor('which tools');
    const offered = JSON.stringify(request?.body);
    expect(offered).toContain('ping_good');
    expect(offered).not.toContain('ping_evil');
    expect(offered).not.toContain('"web_search');
  });

  test(`Codex ${version} keeps a switched-off feature off`, async () => {
    const client = await open(barbara);
    const prompt = commandPrompt('use the shell', 'echo pwned > made.txt');
    const flags = ['--enable', 'shell_tool', '--dangerously-bypass-approvals-and-sandbox'];
    await client.run(['exec', '--skip-git-repo-check', ...flags, prompt]);
    expect(lastOutput(prompt)).toContain('unsupported call');
    expect(await client.files.work.exists('made.txt')).toBe(false);
  });
});
