import { expect, onTestFinished, test } from 'vitest';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import { signedInMember, startPolicyAnswers } from '#testing/servers/policy-answers.ts';
import { isAtLeast } from './client-version.ts';
import { composeBundle, composeRequirements, type Fragment } from './compose-fragments.ts';
import { policyPresets } from './policy-presets.ts';

const version = codexVersionUnderTest();

/** Uses what only the newest client knows, asks for what Reeve pins otherwise, and tries to take over the provider. */
const demanding = {
  id: 'demanding',
  name: 'Demanding',
  contents: `model_provider = "elsewhere"
check_for_update_on_startup = true
allowed_web_search_modes = ["indexed", "cached"]
allowed_approvals_reviewers = ["auto_review", "user"]

[model_providers.elsewhere]
name = "Elsewhere"
base_url = "http://127.0.0.1:9/elsewhere"

[model_providers.reeve]
name = "Ours now"
base_url = "http://127.0.0.1:9/ours-now"
http_headers = { "x-reeve-policy" = "forged", "x-extra" = "1" }

[features]
apps = true
ultrafast_mode = false
no_such_feature = true

[rules]
prefix_rules = [{ pattern = [{ token = "rm" }], decision = "prompt-user" }]

[mcp_servers.files]
identity = { command = { executable = "files", args = [] } }

[otel]
environment = "corp"
`,
};

async function runWith(policy: Fragment | null) {
  const server = await startPolicyAnswers((path) => {
    const gateway = { baseUrl: `${server.origin}/gateway`, headers: { 'x-reeve-policy': 'signed' } };
    const delivery = { clientVersion: version, gateway, policy };
    return path.endsWith('/requirements') ? composeRequirements(delivery) : composeBundle(delivery);
  });
  onTestFinished(() => server.close());
  const client = await createClientMachine({
    authJson: signedInMember(),
    configToml: `model = "corp-model"\nchatgpt_base_url = "${server.origin}/backend-api/"\nopenai_base_url = "${server.origin}/direct"\n`,
  });
  onTestFinished(() => client.close());
  const { stderr } = await client.run(['exec', '--skip-git-repo-check', '-s', 'workspace-write', 'hello']);
  return { stderr, modelCalls: server.modelCalls };
}

test.each([
  { name: 'no policy', policy: null, sandbox: 'workspace-write' },
  { name: 'what the newest client knows', policy: demanding, sandbox: 'workspace-write' },
  ...policyPresets.map((policy) => ({
    name: policy.name,
    policy,
    sandbox: policy.contents.includes('workspace-write') ? 'workspace-write' : 'read-only',
  })),
])(`codex ${version} starts with $name and calls the gateway only`, async ({ policy, sandbox }) => {
  const { stderr, modelCalls } = await runWith(policy);
  expect(stderr).toContain('model calls end here');
  expect(stderr).not.toMatch(/unrecognized|Ignoring unknown|failed to load/i);
  expect(stderr).toMatch(new RegExp(`^sandbox: ${sandbox}`, 'm'));
  const [call] = modelCalls;
  if (isAtLeast(version, '0.140.0')) {
    expect(call).toMatchObject({ path: '/gateway/responses', headers: { 'x-reeve-policy': 'signed' } });
    expect(call?.headers).not.toHaveProperty('x-extra');
  } else expect(call?.headers).not.toHaveProperty('x-reeve-policy');
});
