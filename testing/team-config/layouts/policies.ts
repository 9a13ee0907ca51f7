import { type Layout, repository, trusted, untrusted } from './layout.ts';

const asksForAll =
  'approval_policy = "never"\nsandbox_mode = "danger-full-access"\nweb_search = "live"\napprovals_reviewer = "auto_review"\n';

const refused = (client: RegExp, ours: RegExp = client) => ({ client, ours });

/** What the policy makes of it, and what keeps the client from starting. */
export const policies: readonly Layout[] = [
  {
    name: 'everything is restricted',
    user: asksForAll,
    requirements: [
      'allowed_approval_policies = ["on-request", "untrusted"]\nallowed_sandbox_modes = ["read-only", "workspace-write"]\nallowed_web_search_modes = ["cached"]\nallowed_approvals_reviewers = ["user"]\n',
    ],
    warns: true,
    session: true,
  },
  {
    name: 'what was asked for is allowed',
    user: 'approval_policy = "never"\nsandbox_mode = "workspace-write"\nweb_search = "live"\n',
    requirements: [
      'allowed_approval_policies = ["on-request", "never"]\nallowed_sandbox_modes = ["read-only", "workspace-write"]\nallowed_web_search_modes = ["live"]\n',
    ],
    warns: true,
    session: true,
  },
  {
    name: 'nothing was asked for',
    requirements: [
      'allowed_approval_policies = ["never"]\nallowed_sandbox_modes = ["read-only"]\nallowed_web_search_modes = []\n',
    ],
    warns: true,
    session: true,
  },
  {
    name: 'a trusted folder under a read-only policy',
    user: trusted(''),
    work: repository(),
    requirements: ['allowed_sandbox_modes = ["read-only"]\n'],
    warns: true,
    session: true,
  },
  { name: 'a trusted folder', user: trusted(''), work: repository(), session: true },
  { name: 'an untrusted folder', user: untrusted(''), work: repository(), session: true },
  { name: 'a folder nobody decided about', work: repository(), session: true },
  {
    name: 'no web search',
    user: 'web_search = "live"\n',
    requirements: ['allowed_web_search_modes = ["disabled"]\n'],
    warns: true,
  },
  {
    name: 'live search only',
    user: 'web_search = "cached"\n',
    requirements: ['allowed_web_search_modes = ["live"]\n'],
    warns: true,
  },
  {
    name: 'cached and indexed search',
    user: 'web_search = "live"\n',
    requirements: ['allowed_web_search_modes = ["indexed", "cached"]\n'],
    warns: true,
  },
  {
    name: 'denied paths exclude full access',
    user: 'sandbox_mode = "danger-full-access"\n',
    requirements: ['[permissions.filesystem]\ndeny_read = ["/etc/passwd"]\n'],
    session: true,
  },
  {
    name: 'the first fragment wins per key',
    user: asksForAll,
    requirements: [
      'allowed_approval_policies = ["on-request"]\n[features]\nmemories = false\n',
      'allowed_approval_policies = ["never"]\nallowed_sandbox_modes = ["read-only"]\n[features]\nmemories = true\ngoals = false\n',
    ],
    warns: true,
    session: true,
  },
  {
    name: 'the machine’s own requirements',
    user: asksForAll,
    system: {
      'requirements.toml': 'allowed_approval_policies = ["on-request"]\nallowed_sandbox_modes = ["read-only"]\n',
    },
    warns: true,
  },
  {
    name: 'policy over the machine’s own requirements',
    user: 'approval_policy = "never"\n',
    system: { 'requirements.toml': 'allowed_approval_policies = ["on-request"]\n' },
    requirements: ['allowed_approval_policies = ["never"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'the older managed file as requirements',
    user: 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n',
    system: {
      'managed_config.toml':
        'approval_policy = "on-request"\nsandbox_mode = "workspace-write"\napprovals_reviewer = "auto_review"\n',
    },
    session: true,
  },
  {
    name: 'keys with one required value',
    user: 'model_provider = "mine"\ncheck_for_update_on_startup = true\nallow_login_shell = true\nlog_dir = "/x"\n[feedback]\nenabled = true\n[model_providers.mine]\nname = "m"\nbase_url = "https://m"\n[otel]\nlog_user_prompt = true\nenvironment = "e"\n[features]\nmemories = true\ngoals = false\n',
    requirements: [
      'model_provider = "corp"\ncheck_for_update_on_startup = false\nallow_login_shell = false\nlog_dir = "/var/tmp/x"\n[feedback]\nenabled = false\n[model_providers.corp]\nname = "c"\nbase_url = "https://c"\nwire_api = "responses"\n[otel]\nlog_user_prompt = false\n[features]\nmemories = false\nnothing_such = true\napps = false\n',
    ],
    warns: true,
  },
  {
    name: 'features pinned that the user set',
    user: '[features]\napps = true\nmemories = true\ngoals = true\n',
    requirements: ['[features]\napps = false\nmemories = false\ngoals = true\n'],
    warns: true,
  },
  {
    name: 'servers by list',
    user: '[mcp_servers.good]\ncommand = "node"\n[mcp_servers.bad]\ncommand = "node"\n[mcp_servers.other]\ncommand = "x"\n',
    requirements: [
      '[mcp_servers.good]\nidentity = { command = "node" }\n[mcp_servers.other]\nidentity = { command = "y" }\n',
    ],
    warns: true,
  },
  {
    name: 'permission profiles by list',
    user: 'sandbox_mode = "danger-full-access"\n',
    requirements: [
      'default_permissions = ":workspace"\n[allowed_permission_profiles]\n":read-only" = true\n":workspace" = true\n',
    ],
    session: true,
  },
  {
    name: 'a profile that is not allowed',
    user: 'default_permissions = ":danger-full-access"\n',
    requirements: [
      'default_permissions = ":workspace"\n[allowed_permission_profiles]\n":read-only" = true\n":workspace" = true\n',
    ],
    warns: true,
    session: true,
  },
  {
    name: 'the policy’s own defaults lose to the user',
    user: 'model = "mine"\n',
    defaults: ['model = "corp"\nsandbox_mode = "workspace-write"\n'],
    requirements: ['allowed_sandbox_modes = ["read-only"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'keys that only a machine may require',
    user: 'cli_auth_credentials_store = "file"\n',
    requirements: ['cli_auth_credentials_store = "keyring"\nchatgpt_base_url = "https://elsewhere.example"\n'],
  },
  {
    name: 'a profile over a mode of the same file',
    user: 'default_permissions = ":read-only"\nsandbox_mode = "workspace-write"\n',
    session: true,
  },
  {
    name: 'a mode of the project over a profile of the user',
    user: `default_permissions = ":workspace"\n${trusted('')}`,
    work: { ...repository(), '.codex/config.toml': 'sandbox_mode = "read-only"\n' },
    session: true,
  },
  {
    name: 'a profile of the project over a mode of the user',
    user: `sandbox_mode = "read-only"\n${trusted('')}`,
    work: { ...repository(), '.codex/config.toml': 'default_permissions = ":workspace"\n' },
    session: true,
  },
  {
    name: 'a built-in profile under a list of modes',
    user: 'default_permissions = ":danger-full-access"\n',
    requirements: ['allowed_sandbox_modes = ["read-only", "workspace-write"]\n'],
    session: true,
  },
  {
    name: 'a list of profiles and a list of modes',
    user: 'sandbox_mode = "danger-full-access"\n',
    requirements: [
      'allowed_sandbox_modes = ["read-only"]\ndefault_permissions = ":workspace"\n[allowed_permission_profiles]\n":read-only" = true\n":workspace" = true\n',
    ],
    session: true,
  },
  {
    name: 'wrong type',
    user: 'model = "a"\nmodel_context_window = "x"\n',
    refused: refused(/invalid type: string "x"/, /`model_context_window` must be a whole number/),
  },
  {
    name: 'wrong type in a layer that loses',
    user: `model = 3\n${trusted('')}`,
    work: { ...repository(), '.codex/config.toml': 'model = "b"\n' },
  },
  {
    name: 'wrong type in an untrusted project',
    user: 'model = "a"\n',
    work: { ...repository(), '.codex/config.toml': 'model = 3\n' },
  },
  {
    name: 'unknown value',
    user: 'sandbox_mode = "none"\n',
    refused: refused(/unknown variant `none`/, /`sandbox_mode` cannot be "none"/),
  },
  { name: 'broken TOML', user: 'model =\n', refused: refused(/config\.toml:1:/, /config\.toml:\d+:/) },
  {
    name: 'a key twice',
    user: 'model = "a"\nmodel = "b"\n',
    refused: refused(/config\.toml:2:.*duplicate key/, /config\.toml:2:/),
  },
  {
    name: 'broken system file',
    system: { 'config.toml': '[x\n' },
    refused: refused(/\/etc\/codex\/config\.toml:1:/, /\/etc\/codex\/config\.toml:\d+:/),
  },
  {
    name: 'approvals that are gone',
    user: 'approval_policy = "untrusted"\n',
    refused: refused(/`?approval_policy = "untrusted"`? is no longer supported/),
  },
  {
    name: 'a profile in the file',
    user: 'profile = "x"\n',
    refused: refused(/legacy `profile = "x"` config is no longer supported/),
  },
  {
    name: 'permission profiles without a choice',
    user: '[permissions.p.filesystem]\n"/x" = "read"\n',
    refused: refused(/does not set `default_permissions`/),
  },
  {
    name: 'an undefined permission profile',
    user: 'default_permissions = "zzz"\n',
    refused: refused(/default_permissions requires a `\[permissions\]` table/),
  },
  {
    name: 'an undefined provider',
    user: 'model_provider = "zzz"\n',
    refused: refused(/Model provider `zzz` not found/),
  },
  {
    name: 'a missing file of instructions',
    user: 'model_instructions_file = "missing.md"\n',
    refused: refused(/failed to read model instructions file .*missing\.md/),
  },
  {
    name: 'a server without a command',
    user: '[mcp_servers.a]\nenabled = true\n',
    refused: refused(/invalid transport/, /mcp_servers\.a/),
  },
  {
    name: 'a list without read-only',
    system: { 'requirements.toml': 'allowed_sandbox_modes = ["workspace-write"]\n' },
    refused: refused(/must include 'read-only'/, /read-only/),
  },
  {
    name: 'an empty list of approvals',
    system: { 'requirements.toml': 'allowed_approval_policies = []\n' },
    refused: refused(/cannot be empty/, /allowed_approval_policies.*must not be empty/),
  },
  {
    name: 'full access without questions',
    user: 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n',
    system: { 'requirements.toml': 'allowed_sandbox_modes = ["read-only"]\n' },
    refused: refused(/cannot be used because requirements do not allow/),
  },
];
