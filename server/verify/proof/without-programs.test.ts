import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { policyPresets } from '#server/policies/policy-presets.ts';
import { withoutPrograms } from './without-programs.ts';

const hook = '[[hooks.PreToolUse]]\n[[hooks.PreToolUse.hooks]]\ntype = "command"\ncommand = "touch /srv/owned"\n';

test.each([
  [
    'contents',
    `allow_managed_hooks_only = true\n[hooks]\nmanaged_dir = "/srv"\n${hook}`,
    ['hooks.managed_dir', 'hooks.PreToolUse'],
    ['allow_managed_hooks_only'],
  ],
  ['defaults', hook, ['hooks.PreToolUse'], []],
  ['defaults', 'model = "m"\nnotify = ["sh", "-c", "id"]\n', ['notify'], ['model']],
  [
    'defaults',
    '[mcp_servers.a]\ncommand = "id"\n[mcp_servers.b]\nurl = "https://b.example"\n',
    ['mcp_servers.a'],
    ['mcp_servers'],
  ],
  [
    'defaults',
    '[model_providers.p]\nname = "P"\nauth = { command = "id" }\n',
    ['model_providers.p.auth'],
    ['model_providers'],
  ],
  [
    'contents',
    '[model_providers.p]\nname = "P"\nauth = { command = "id" }\n',
    ['model_providers.p.auth'],
    ['model_providers'],
  ],
  [
    'defaults',
    '[shell_environment_policy]\nset = { PATH = "/bin", BASH_ENV = "/srv/x" }\n',
    ['shell_environment_policy'],
    [],
  ],
  [
    'defaults',
    'model_instructions_file = "/root/.ssh/id_rsa"\n[agents.r]\nconfig_file = "/etc/x"\n',
    ['model_instructions_file', 'agents.r.config_file'],
    [],
  ],
  ['defaults', '[marketplaces.m]\nsource_type = "git"\nsource = "https://m.example"\n', ['marketplaces'], []],
] as const)('in %s, of %j, %j is left out', (kind, document, paths, kept) => {
  const made = withoutPrograms(document, kind);
  expect(made.leftOut.map(({ path }) => path)).toEqual(paths);
  expect(Object.keys(parse(made.document))).toEqual(kept);
  expect(withoutPrograms(made.document, kind).leftOut).toEqual([]);
});

test('what names no program stays byte for byte, also who an MCP server must be', () => {
  const identity =
    '# mine\n[mcp_servers.good]\nidentity = { command = "node" }\n[marketplaces.allowed_sources.a]\nsource = "git"\n';
  expect(withoutPrograms(identity, 'contents')).toEqual({ document: identity, leftOut: [] });
  const tool = '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "mcp_tool"\nserver = "s"\ntool = "t"\n';
  expect(withoutPrograms(tool, 'contents').document).toBe(tool);
  for (const { contents } of policyPresets) {
    const made = withoutPrograms(contents, 'contents');
    if (made.leftOut.length === 0) expect(made.document).toBe(contents);
  }
});
