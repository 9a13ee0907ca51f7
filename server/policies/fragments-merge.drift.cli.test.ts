import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isAtLeast } from '#contract/client-versions.ts';
import { echoMcpServer } from '#testing/acceptance/echo-mcp-server.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import { eachTurn, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type PolicyAnswers, signedInMember, startPolicyAnswers } from '#testing/servers/policy-answers.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';

/**
 * How a client puts two requirements fragments together, first the one that stands first in the bundle: scalars and lists come from
 * the first that has them, tables merge key by key in the same way (so a table that is meant as the whole list grows), hooks, command
 * rules and denied paths add up, and an app that is off anywhere is off.
 */
const version = codexVersionUnderTest();

const first = `
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["cached"]
allow_appshots = false
[features]
memories = false
[experimental_network]
enabled = false
domains = { "a.example" = "allow" }
[computer_use]
allow_locked_computer_use = false
[hooks]
managed_dir = "/tmp"
[[hooks.Stop]]
hooks = [{ type = "command", command = "first" }]
`;
const second = `
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_approval_policies = ["on-request"]
allowed_web_search_modes = ["live"]
allow_appshots = true
[features]
memories = true
goals = false
[experimental_network]
enabled = true
allow_local_binding = true
domains = { "a.example" = "deny", "b.example" = "allow" }
[computer_use]
allow_locked_computer_use = true
[hooks]
managed_dir = "/tmp"
[[hooks.Stop]]
hooks = [{ type = "command", command = "second" }]
`;

interface MergedRequirements {
  requirements: Record<string, unknown> | null;
}

let server: PolicyAnswers;
let fragments: string[] = [];
beforeAll(async () => {
  server = await startPolicyAnswers(() => ({
    requirements_toml: {
      enterprise_managed: fragments.map((contents, index) => ({
        id: `f${index}`,
        name: `Fragment ${index}`,
        contents,
      })),
    },
  }));
});
afterAll(() => server.close());

async function open(contents: string[], settings = ''): Promise<ClientMachine> {
  fragments = contents;
  const client = await createClientMachine({
    authJson: signedInMember(),
    configToml: ({ home }) =>
      `chatgpt_base_url = "${server.origin}/backend-api/"\n${settings.replaceAll('$HOME', home.path)}`,
  });
  onTestFinished(() => client.close());
  return client;
}

async function merged(...contents: string[]): Promise<Record<string, unknown> | null> {
  const client = await open(contents);
  const app = client.appServer();
  await app.initialize();
  const { requirements } = (await app.request('configRequirements/read', null)) as MergedRequirements;
  await app.close();
  return requirements;
}

function testFragments(): void {
  test('scalars and lists come from the first that has them, tables merge key by key, hooks add up', async () => {
    expect(await merged(first, second)).toMatchObject({
      allowedSandboxModes: ['read-only'],
      allowedApprovalPolicies: ['on-request'],
      allowedWebSearchModes: ['cached', 'disabled'],
      allowAppshots: false,
      featureRequirements: { memories: false, goals: false },
      computerUse: { allowLockedComputerUse: false },
      // A deny in the second fragment does not take back what the first one allows.
      network: { enabled: false, allowLocalBinding: true, domains: { 'a.example': 'allow', 'b.example': 'allow' } },
      hooks: { Stop: [{ hooks: [{ command: 'first' }] }, { hooks: [{ command: 'second' }] }] },
    });
  });

  test('a looser second fragment adds permission profiles to the list of the first', async () => {
    const profiles = (lines: string) => `default_permissions = ":read-only"\n[allowed_permission_profiles]\n${lines}`;
    const list = '":read-only" = true\n":workspace" = false\n';
    expect(
      await merged(
        profiles(list),
        profiles('":read-only" = true\n":workspace" = true\n":danger-full-access" = true\n'),
      ),
    ).toMatchObject({
      allowedPermissionProfiles: { ':read-only': true, ':workspace': false, ':danger-full-access': true },
    });
  });

  test('hooks in two folders stop the client', async () => {
    const hooks = (folder: string) =>
      `[hooks]\nmanaged_dir = "${folder}"\n[[hooks.Stop]]\nhooks = [{ type = "command", command = "x" }]\n`;
    const client = await open([hooks('/tmp'), hooks('/var/tmp')]);
    const { stderr } = await client.run(['exec', 'hello']);
    expect(stderr).toMatch(/^Error: invalid cloud config bundle/m);
  });

  test('rules, denied paths and MCP servers of both hold', async () => {
    const rule = (word: string, decision: string) =>
      `[rules]\nprefix_rules = [{ pattern = [{ token = "${word}" }], decision = "${decision}", justification = "no ${word} by policy" }]\n`;
    const server = (name: string) => `[mcp_servers.${name}]\nidentity = { command = "node" }\n`;
    const denied = (path: string) => `[permissions.filesystem]\ndeny_read = ["${path}"]\n`;
    const commands = ['touch a', 'mkdir b', 'cat ~/one.txt', 'cat ~/two.txt', 'cat ~/three.txt'];
    const model = await startResponsesServer({
      apiKey: 'sk-scripted',
      script: eachTurn(...commands.map((command) => shellCommand(command)), message('Tried.')),
    });
    onTestFinished(() => model.close());
    const servers = ['one', 'two', 'three'].map(
      (name) => `[mcp_servers.${name}]\ncommand = "node"\nargs = ["$HOME/echo.cjs", "ping_${name}"]\n`,
    );
    const client = await open(
      [
        rule('touch', 'forbidden') + server('one') + denied('~/one.txt'),
        rule('mkdir', 'forbidden') + server('two') + denied('~/two.txt'),
      ],
      `model = "corp-model"\nmodel_provider = "scripted"\n[model_providers.scripted]\nname = "Scripted"\nbase_url = "${model.baseUrl}"\nexperimental_bearer_token = "sk-scripted"\n${servers.join('')}`,
    );
    await client.files.home.write('echo.cjs', echoMcpServer);
    for (const name of ['one', 'two', 'three']) await client.files.home.write(`${name}.txt`, `inside ${name}\n`);
    await client.run(['exec', '--skip-git-repo-check', 'try']);
    const outputs = model.requests.slice(1).map(({ body }) => toolOutputs(body).at(-1));
    expect(outputs).toEqual([
      expect.stringContaining('no touch by policy'),
      expect.stringContaining('no mkdir by policy'),
      // Clients before 0.163 show an empty file where newer ones say “Permission denied”.
      expect.not.stringContaining('inside'),
      expect.not.stringContaining('inside'),
      expect.stringContaining('inside three'),
    ]);
    const offered = JSON.stringify(model.requests.at(-1)?.body);
    expect(['one', 'two', 'three'].filter((name) => offered.includes(`ping_${name}`))).toEqual(['one', 'two']);
  });
}

/** Before 0.140 the client asks for one document. */
function testOneDocument(): void {
  test('there is nothing to merge', async () => {
    const client = await open([]);
    const { stderr } = await client.run(['exec', 'hello']);
    expect(stderr).toContain('Not inside a trusted directory');
  });
}

describe(`Codex ${version}`, isAtLeast(version, '0.140.0') ? testFragments : testOneDocument);
