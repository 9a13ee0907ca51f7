import type { TeamConfigCode } from '#contract/team-config-codes.ts';

export interface CodeCase {
  code: TeamConfigCode;
  files: Readonly<Record<string, string>>;
  /** `file:line:column` */
  at: string;
  /** A requirements document. */
  policy?: string;
}

const config = '.codex/config.toml';
const rules = '.codex/rules/a.rules';
const hooks = '.codex/hooks.json';
const skill = '.codex/skills/a/SKILL.md';
const fine = '---\nname: a\ndescription: b\n---\n';

const inConfig = (code: TeamConfigCode, text: string, at: string, policy?: string): CodeCase => ({
  code,
  files: { [config]: text },
  at: `${config}:${at}`,
  ...(policy !== undefined && { policy }),
});
const inRules = (code: TeamConfigCode, text: string, at: string, policy?: string): CodeCase => ({
  code,
  files: { [rules]: text },
  at: `${rules}:${at}`,
  ...(policy !== undefined && { policy }),
});
const inHooks = (code: TeamConfigCode, text: string, at: string): CodeCase => ({
  code,
  files: { [hooks]: text },
  at: `${hooks}:${at}`,
});
const inSkill = (code: TeamConfigCode, text: string, at: string): CodeCase => ({
  code,
  files: { [skill]: text },
  at: `${skill}:${at}`,
});
const marker = (sha256: string) => `{"slug":"base","version":2,"sha256":"${sha256}","files":[".codex/config.toml"]}`;
const hook = '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"true"}]}]}}';

/** An example of every code: the least that makes Reeve say it, and where. */
export const codeCases: readonly CodeCase[] = [
  inConfig('toml-syntax', 'a = 1\nb = @\n', '2:5'),
  inConfig('wrong-type', 'model = "x"\nallow_login_shell = "yes"\n', '2:21'),
  inConfig('unknown-value', 'web_search = "sometimes"\n', '1:14'),
  inConfig('malformed', '[tools]\nweb_search = "on"\n', '2:14'),
  inConfig('out-of-range', '[agents]\nmax_threads = 0\n', '2:15'),
  inConfig('missing-key', '[hooks]\nStop = [{ hooks = [{ type = "command" }] }]\n', '2:20'),
  inConfig('no-longer-supported', 'approval_policy = "untrusted"\n', '1:19'),
  inConfig('mcp-transport', '[mcp_servers.a]\ncommand = "x"\nurl = "https://a.example"\n', '3:1'),
  inConfig('profiles-without-default', '[permissions.a]\nextends = ":read-only"\n', '1:2'),
  inConfig('undefined-profile', 'default_permissions = "a"\n', '1:23'),
  inConfig('missing-file', 'model_instructions_file = "nothere.md"\n', '1:27'),
  inConfig('agent-role-ignored', '[agents.a]\ndescription = "x"\nconfig_file = "nothere.toml"\n', '3:15'),
  inConfig('signs-out', 'model = "x"\ncli_auth_credentials_store = "ephemeral"\n', '2:1'),
  inConfig('ignored-in-project', '# x\nnotify = ["x"]\n', '2:1'),
  inConfig('no-effect', 'project_root_markers = ["x"]\n', '1:1'),
  inConfig('deprecated-key', 'experimental_use_unified_exec_tool = true\n', '1:1'),
  inConfig('unknown-key', 'sandbox_modes = "read-only"\n', '1:1'),
  inConfig('unknown-feature', '[features]\nmemory = true\n', '2:1'),
  inConfig('removed-feature', '[features]\nsteer = true\n', '2:1'),
  inConfig('older-clients-refuse', 'web_search = "indexed"\n', '1:1'),
  inConfig('older-clients-ignore', '[hooks]\nSessionEnd = []\n', '2:1'),
  inConfig(
    'unknown-key-refused',
    '[apps.a.tools.b.analytics_result_source]\nformat = "x"\ntype = "y"\nmore = 1\n',
    '4:1',
  ),
  inHooks('hooks-unreadable', '{\n  "hooks": {},\n  "hook": {}\n}\n', '3:3'),
  inHooks('hook-event-unknown', '{"hooks":{"Stopped":[]}}', '1:11'),
  inHooks('hook-skipped', '{"hooks":{"Stop":[{"hooks":[{"type":"prompt","prompt":"x"}]}]}}', '1:37'),
  inHooks('hook-matcher', hook.replace('"Stop":[{', '"PreToolUse":[{"matcher":"[",'), '1:36'),
  { code: 'hooks-twice', files: { [config]: '[hooks]\nStop = []\n', [hooks]: hook }, at: `${hooks}:1:1` },
  inRules('rules-refused', '# x\nprefix_rule(pattern=["git"], decision="no")\n', '2:39'),
  inRules('rules-not-understood', 'words = ["git"]\nprefix_rule(pattern=words)\n', '1:1'),
  {
    code: 'rules-not-read',
    files: { '.codex/rules/more/a.rules': 'prefix_rule(pattern=["x"])\n' },
    at: '.codex/rules/more/a.rules:1:1',
  },
  inRules('rule-never-matches', 'prefix_rule(pattern=["git push"])\n', '1:1'),
  inRules('rule-needs-quotes', 'prefix_rule(pattern=["git", "push *"])\n', '1:1'),
  inRules('rule-duplicate', 'prefix_rule(pattern=["a"])\n\nprefix_rule(pattern=["a"])\n', '3:1'),
  inRules('rule-covered', 'prefix_rule(pattern=["a"])\nprefix_rule(pattern=["a", "b"])\n', '2:1'),
  inRules(
    'rule-weakened-by-path',
    'prefix_rule(pattern=["rm"], decision="forbidden")\nprefix_rule(pattern=["/bin/rm"], decision="allow")\n',
    '2:1',
  ),
  inRules('rule-catches-whole-lines', 'prefix_rule(pattern=["bash"], decision="prompt")\n', '1:1'),
  inRules('rule-walked-around', 'prefix_rule(pattern=["git", "push"], decision="forbidden")\n', '1:1'),
  inSkill('skill-no-front-matter', 'body\n', '1:1'),
  inSkill('skill-bad-yaml', '---\nname: a\ndescription: "x\n---\n', '3:16'),
  inSkill('skill-wrong-field', '---\nname: a\nname: b\ndescription: c\n---\n', '3:1'),
  inSkill('skill-no-description', '---\nname: a\ndescription: ""\n---\n', '3:14'),
  inSkill('skill-name-too-long', `---\ndescription: b\nname: ${'n'.repeat(65)}\n---\n`, '3:7'),
  inSkill('skill-yaml-repaired', '---\nname: a\ndescription: when: x\n---\n', '3:14'),
  inSkill('skill-text-too-long', `---\nname: a\ndescription: ${'d'.repeat(1025)}\n---\n`, '3:14'),
  inSkill('skill-no-name', '---\ndescription: b\n---\n', '1:1'),
  {
    code: 'skill-same-name',
    files: { [skill]: fine, '.agents/skills/b/SKILL.md': fine },
    at: `${skill}:1:1`,
  },
  {
    code: 'skill-too-deep',
    files: { '.codex/skills/1/2/3/4/5/6/7/SKILL.md': fine },
    at: '.codex/skills/1/2/3/4/5/6/7/SKILL.md:1:1',
  },
  { code: 'skill-hidden', files: { '.codex/skills/.a/SKILL.md': fine }, at: '.codex/skills/.a/SKILL.md:1:1' },
  { code: 'skill-file-name', files: { '.codex/skills/a/skill.md': fine }, at: '.codex/skills/a/skill.md:1:1' },
  {
    code: 'skill-too-many-folders',
    files: Object.fromEntries([
      [skill, fine],
      ...Array.from({ length: 2000 }, (_, index) => [`.codex/skills/a/${index}/x`, '']),
    ]),
    at: `${skill}:1:1`,
  },
  {
    code: 'skill-script-not-executable',
    files: { [skill]: fine, '.codex/skills/a/scripts/run.sh': '#!/bin/sh\n' },
    at: '.codex/skills/a/scripts/run.sh:1:1',
  },
  inSkill('skill-missing-reference', `${fine}\nRun \`scripts/run.sh\`.\n`, '6:6'),
  {
    code: 'skill-list-too-long',
    files: Object.fromEntries(
      Array.from({ length: 25 }, (_, index) => [
        `.codex/skills/s${index}/SKILL.md`,
        `---\nname: s${index}\ndescription: ${'d'.repeat(800 + index)}\n---\n`,
      ]),
    ),
    at: '.codex/skills/s24/SKILL.md:1:1',
  },
  {
    code: 'skill-metadata-ignored',
    files: { [skill]: fine, '.codex/skills/a/agents/openai.yaml': 'policy:\n  allow_implicit_invocation: maybe\n' },
    at: '.codex/skills/a/agents/openai.yaml:2:30',
  },
  { code: 'instructions-cut', files: { 'AGENTS.md': `x\n${'y'.repeat(40_000)}` }, at: 'AGENTS.md:2:32767' },
  {
    code: 'instructions-left-out',
    files: { 'AGENTS.md': 'x'.repeat(40_000), 'a/AGENTS.md': 'y' },
    at: 'a/AGENTS.md:1:1',
  },
  {
    code: 'instructions-replaced',
    files: { 'AGENTS.md': 'x', 'AGENTS.override.md': 'y' },
    at: 'AGENTS.md:1:1',
  },
  { code: 'bundle-marker', files: { '.codex/reeve-bundles/a.json': '{' }, at: '.codex/reeve-bundles/a.json:1:1' },
  {
    code: 'bundle-modified',
    files: { [config]: 'model = "x"\n', '.codex/reeve-bundles/base.json': marker('0'.repeat(64)) },
    at: '.codex/reeve-bundles/base.json:1:1',
  },
  {
    code: 'bundle-left-over',
    files: {
      [rules]: 'prefix_rule(pattern=["x"])\n',
      '.codex/reeve-bundles/base.json': marker('0'.repeat(64)).replace('"files":[', `"removed":["${rules}"],"files":[`),
    },
    at: `${rules}:1:1`,
  },
  { ...inConfig('policy-unreadable', 'model = "x"\n', '1:1', 'a ='), at: '.codex:1:1' },
  inConfig('policy-falls-back', 'approval_policy = "never"\n', '1:19', 'allowed_approval_policies = ["on-request"]'),
  inConfig('policy-decides', '[features]\nmemories = true\n', '2:12', '[features]\nmemories = false'),
  inConfig(
    'policy-uses-profiles',
    'sandbox_mode = "read-only"\n',
    '1:16',
    'default_permissions = ":read-only"\n[allowed_permission_profiles]\n":read-only" = true',
  ),
  inConfig('policy-disables-server', '[mcp_servers.a]\ncommand = "x"\n', '1:14', '[mcp_servers]'),
  inConfig('policy-skips-hooks', '[hooks]\nStop = []\n', '1:2', 'allow_managed_hooks_only = true'),
  inRules(
    'policy-stricter-rule',
    '# x\nprefix_rule(pattern=["git", ["status", "push"]])\n',
    '2:1',
    '[rules]\nprefix_rules = [{ pattern = [{ token = "git" }, { token = "push" }], decision = "forbidden" }]',
  ),
  inRules(
    'policy-limits-network',
    'network_rule(host="a.example", protocol="https", decision="allow")\n',
    '1:20',
    '[experimental_network]\nenabled = true\ndenied_domains = ["*.example", "a.example"]',
  ),
  inConfig(
    'policy-refuses-start',
    'sandbox_mode = "danger-full-access"\n',
    '1:16',
    'allowed_sandbox_modes = ["read-only"]',
  ),
];

/** Codes that a short text does not lead to: bytes, links, machines and large files; other tests show them. */
export const codesOfFolders: readonly TeamConfigCode[] = [
  'unreadable-file',
  'file-too-large',
  'skill-unreadable',
  'skill-file-link',
  'host-path-missing',
  'link-leaves-repository',
  'too-many-findings',
  'too-many-rules',
];
