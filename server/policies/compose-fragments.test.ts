import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { composeBundle, composeRequirements, type PolicyDelivery } from './compose-fragments.ts';

const gateway = { baseUrl: 'https://reeve.corp/backend-api/codex', headers: { 'x-reeve-policy': 'signed' } };
const telemetry = {
  baseUrl: 'https://reeve.corp/otel/v1',
  headers: { 'x-reeve-telemetry': 'token' },
  keepsContent: false,
};
const exporters = {
  exporter: {
    'otlp-http': { endpoint: 'https://reeve.corp/otel/v1/logs', protocol: 'json', headers: telemetry.headers },
  },
  metrics_exporter: {
    'otlp-http': { endpoint: 'https://reeve.corp/otel/v1/metrics', protocol: 'binary', headers: telemetry.headers },
  },
};
const policyOf = (contents: string) => ({ id: 'pol_1', name: 'Developers', contents });

function bundleFor(clientVersion: string | null, contents: string | null) {
  const delivery: PolicyDelivery = {
    clientVersion,
    gateway,
    telemetry,
    policy: contents === null ? null : policyOf(contents),
  };
  const { config_toml, requirements_toml } = composeBundle(delivery);
  const [own, policy] = requirements_toml.enterprise_managed;
  return { defaults: config_toml.enterprise_managed, own: parse(own?.contents ?? ''), policy };
}

describe('current clients', () => {
  test('get the way to the gateway first, then the policy byte for byte', () => {
    const contents = '# ours\r\nallowed_sandbox_modes = [ "read-only" ]\r\n';
    const { own, policy, defaults } = bundleFor('0.169.0', contents);
    expect(own).toEqual({
      model_provider: 'reeve',
      model_providers: {
        reeve: {
          name: 'Reeve',
          base_url: gateway.baseUrl,
          wire_api: 'responses',
          requires_openai_auth: true,
          stream_max_retries: 0,
          http_headers: gateway.headers,
        },
      },
      check_for_update_on_startup: false,
      features: { apps: false, plugins: false, daemon_auto_start: false },
      otel: {
        ...exporters,
        trace_exporter: 'none',
        log_user_prompt: false,
        log_sse_deltas: false,
        tool_result: { max_bytes: 2048 },
      },
    });
    expect(policy).toEqual(policyOf(contents));
    expect(defaults).toEqual([]);
  });

  test('without a policy get the pins alone; an unknown version counts as current', () => {
    expect(bundleFor(null, null)).toMatchObject({ own: { model_provider: 'reeve' }, policy: undefined });
  });

  test('report to Reeve whatever collector the policy names, and tell it what the policy adds', () => {
    const elsewhere = '{ otlp-grpc = { endpoint = "https://collector.corp" } }';
    const contents = `[otel]\nenvironment = "corp"\nexporter = ${elsewhere}\nmetrics_exporter = ${elsewhere}\ntrace_exporter = ${elsewhere}\nlog_sse_deltas = true\n`;
    const { own, policy } = bundleFor('0.169.0', contents);
    expect(own.otel).toEqual({ ...exporters, log_user_prompt: false, tool_result: { max_bytes: 2048 } });
    // Two kinds of one exporter would keep the client from starting.
    expect(parse(policy?.contents ?? '')).toEqual({
      otel: {
        environment: 'corp',
        trace_exporter: { 'otlp-grpc': { endpoint: 'https://collector.corp' } },
        log_sse_deltas: true,
      },
    });
    const beside = '# ours\n[otel]\nenvironment = "corp"\n';
    expect(bundleFor('0.169.0', beside).policy?.contents).toBe(beside);
  });

  test('report prompts and whole outputs where the workspace keeps content', () => {
    const kept = { ...telemetry, keepsContent: true };
    const { requirements_toml } = composeBundle({ clientVersion: null, gateway, telemetry: kept, policy: null });
    const { otel } = parse(requirements_toml.enterprise_managed[0]?.contents ?? '');
    expect(otel).toEqual({ ...exporters, trace_exporter: 'none', log_user_prompt: true, log_sse_deltas: false });
  });

  test('reach the gateway whatever hosts the policy leaves to the client', () => {
    const contents = '[application.network]\nenabled = true\ndomains = { "reeve.corp" = "deny" }\n';
    const { own, policy } = bundleFor('0.169.0', contents);
    expect(own).toMatchObject({ application: { network: { domains: { 'reeve.corp': 'allow' } } } });
    expect(policy?.contents).toBe(contents);
    expect(bundleFor('0.169.0', '').own).not.toHaveProperty('application');
  });

  test('never get another definition of our provider, from whatever was stored', () => {
    const contents =
      '[model_providers.reeve]\nname = "x"\nhttp_headers = { authorization = "y" }\n[model_providers.other]\nname = "o"\n';
    const { policy } = bundleFor('0.169.0', contents);
    expect(parse(policy?.contents ?? '')).toEqual({ model_providers: { other: { name: 'o' } } });
  });

  test('values that need quoting arrive as they are', () => {
    const value = 'a"b\\c\nd\u0001é';
    const { requirements_toml } = composeBundle({
      clientVersion: null,
      telemetry,
      gateway: { ...gateway, headers: { 'x-reeve-policy': value } },
      policy: null,
    });
    expect(parse(requirements_toml.enterprise_managed[0]?.contents ?? '')).toMatchObject({
      model_providers: { reeve: { http_headers: { 'x-reeve-policy': value } } },
    });
  });
});

describe('older clients', () => {
  const newest = [
    'allowed_web_search_modes = ["indexed", "cached"]',
    'allowed_approvals_reviewers = ["auto_review"]',
    'allow_login_shell = false',
    '[features]\nultrafast_mode = false\nmemories = false',
    '[rules]\nprefix_rules = [{ pattern = [{ token = "a" }], decision = "prompt-user" }]',
    '[mcp_servers.a]\nidentity = { command = { executable = "x", args = [] } }',
    '[mcp_servers.b]\nidentity = { command = "y" }',
    '[hooks]\nStop = [{ hooks = [{ type = "mcp_tool", server = "s", tool = "t" }, { type = "command", command = "c" }] }]',
    '[otel]\nenvironment = "corp"',
  ].join('\n');

  test('0.140 gets no value it would refuse, and the provider as a default', () => {
    const { own, policy, defaults } = bundleFor('0.140.0', newest);
    expect(own).toEqual({ features: { apps: false, plugins: false } });
    expect(parse(policy?.contents ?? '')).toEqual({
      allowed_web_search_modes: ['cached'],
      allowed_approvals_reviewers: ['auto_review'],
      features: { memories: false },
      rules: { prefix_rules: [{ pattern: [{ token: 'a' }], decision: 'prompt' }] },
      mcp_servers: { b: { identity: { command: 'y' } } },
      hooks: { Stop: [{ hooks: [{ type: 'command', command: 'c' }] }] },
    });
    expect(parse(defaults[0]?.contents ?? '')).toMatchObject({
      model_provider: 'reeve',
      model_providers: { reeve: { http_headers: gateway.headers } },
      otel: { ...exporters, trace_exporter: 'none', log_user_prompt: false },
    });
  });

  test('0.163 gets everything but what came after it', () => {
    const { own, policy, defaults } = bundleFor('0.163.0', newest);
    expect(own).not.toHaveProperty('otel');
    expect(defaults.map(({ id, contents }) => [id, parse(contents)])).toEqual([
      ['reeve', { otel: { ...exporters, trace_exporter: 'none', log_user_prompt: false } }],
    ]);
    expect(parse(policy?.contents ?? '')).toMatchObject({
      allow_login_shell: false,
      features: { ultrafast_mode: false },
      rules: { prefix_rules: [{ decision: 'prompt' }] },
    });
  });

  test('a policy without anything newer stays as its author wrote it', () => {
    const contents = '# ours\nallowed_sandbox_modes = ["read-only"] # only\n';
    for (const version of ['0.140.0', '0.163.0']) expect(bundleFor(version, contents).policy?.contents).toBe(contents);
  });

  test('0.120 gets one document, with pins among the features of the policy', () => {
    const { contents } = composeRequirements({
      clientVersion: '0.120.0',
      gateway,
      telemetry,
      policy: policyOf(newest),
    });
    expect(parse(contents)).toEqual({
      allowed_web_search_modes: ['cached'],
      allowed_approvals_reviewers: ['guardian_subagent'],
      features: { memories: false, apps: false, plugins: false },
      rules: { prefix_rules: [{ pattern: [{ token: 'a' }], decision: 'prompt' }] },
      mcp_servers: { b: { identity: { command: 'y' } } },
    });
    const none = composeRequirements({ clientVersion: null, gateway, telemetry, policy: null });
    expect(parse(none.contents)).toEqual({ features: { apps: false, plugins: false } });
  });
});

test('defaults arrive without what the client would refuse', () => {
  const defaults = [{ id: 'd', name: 'Defaults', contents: 'web_search = "indexed"\n' }];
  const contentsFor = (clientVersion: string) =>
    composeBundle({ clientVersion, gateway, telemetry, policy: null, defaults }).config_toml.enterprise_managed.at(-1)
      ?.contents;
  expect(contentsFor('0.169.0')).toBe('web_search = "indexed"\n');
  expect(parse(contentsFor('0.140.0') ?? '')).toEqual({ web_search: 'cached' });
});

test('defaults name no other place for telemetry, and keep their fractions', () => {
  const contents = 'x = 0.5\n[otel]\nexporter = { otlp-grpc = { endpoint = "https://collector.corp" } }\n';
  const defaults = [{ id: 'd', name: 'Defaults', contents }];
  for (const clientVersion of ['0.140.0', '0.169.0']) {
    const { config_toml } = composeBundle({ clientVersion, gateway, telemetry, policy: null, defaults });
    expect(parse(config_toml.enterprise_managed.at(-1)?.contents ?? '')).toEqual({ x: 0.5, otel: {} });
  }
});
