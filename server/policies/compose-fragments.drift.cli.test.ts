import { expect, onTestFinished, test } from 'vitest';
import { isAtLeast } from '#contract/client-versions.ts';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import { signedInMember, startPolicyAnswers } from '#testing/servers/policy-answers.ts';
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

interface Sent {
  policy: Fragment | null;
  baseline?: Fragment;
  defaults?: Fragment[];
  /** Lines of the member's own config.toml. */
  settings?: string;
}

async function runWith({ settings = '', ...sent }: Sent) {
  const server = await startPolicyAnswers((path) => {
    const gateway = { baseUrl: `${server.origin}/gateway`, headers: { 'x-reeve-policy': 'signed' } };
    const telemetry = {
      baseUrl: `${server.origin}/otel/v1`,
      headers: { 'x-reeve-telemetry': 'signed' },
      keepsContent: false,
    };
    const delivery = { clientVersion: version, gateway, telemetry, ...sent };
    return path.endsWith('/requirements') ? composeRequirements(delivery) : composeBundle(delivery);
  });
  onTestFinished(() => server.close());
  const client = await createClientMachine({
    authJson: signedInMember(),
    configToml: `model = "corp-model"\nchatgpt_base_url = "${server.origin}/backend-api/"\nopenai_base_url = "${server.origin}/direct"\n${settings}`,
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
  const { stderr, modelCalls } = await runWith({ policy });
  expect(stderr).toContain('model calls end here');
  expect(stderr).not.toMatch(/unrecognized|Ignoring unknown|failed to load/i);
  expect(stderr).toMatch(new RegExp(`^sandbox: ${sandbox}`, 'm'));
  const [call] = modelCalls;
  if (isAtLeast(version, '0.140.0')) {
    expect(call).toMatchObject({ path: '/gateway/responses', headers: { 'x-reeve-policy': 'signed' } });
    expect(call?.headers).not.toHaveProperty('x-extra');
  } else expect(call?.headers).not.toHaveProperty('x-reeve-policy');
});

test(`codex ${version} takes from the baseline what the policy leaves open, and nothing else`, async () => {
  const policy = { id: 'own-r1', name: 'Own', contents: 'allowed_sandbox_modes = ["read-only"]\n' };
  const contents =
    'allowed_sandbox_modes = ["read-only", "workspace-write"]\nallowed_approval_policies = ["on-request"]\n';
  const { stderr } = await runWith({ policy, baseline: { id: 'org-r1', name: 'Organisation', contents } });
  expect(stderr).toContain('model calls end here');
  expect(stderr).toMatch(/^sandbox: read-only/m);
  expect(stderr).toMatch(/^approval: on-request/m);
  if (isAtLeast(version, '0.140.0')) expect(stderr).toContain('Organisation (org-r1)');
});

// Older clients have no channel for defaults.
if (isAtLeast(version, '0.140.0'))
  test(`codex ${version} starts with defaults, the policy's before the baseline's, and the member's own value wins`, async () => {
    const defaults = [
      { id: 'own-r1', name: 'Own', contents: 'model_reasoning_effort = "low"\n' },
      { id: 'org-r1', name: 'Organisation', contents: 'model_reasoning_effort = "high"\n' },
    ];
    const effort = async (settings: string) =>
      /^reasoning effort: (\w+)/m.exec((await runWith({ policy: null, defaults, settings })).stderr)?.[1];
    expect(await effort('')).toBe('low');
    expect(await effort('model_reasoning_effort = "medium"\n')).toBe('medium');
  });
