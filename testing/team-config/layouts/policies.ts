import { type Layout, repository, trusted, untrusted } from './layout.ts';

const asksForAll =
  'approval_policy = "never"\nsandbox_mode = "danger-full-access"\nweb_search = "live"\napprovals_reviewer = "auto_review"\n';

/** What the policy makes of it. */
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
    name: 'indexed and live search',
    user: 'web_search = "cached"\n',
    requirements: ['allowed_web_search_modes = ["live", "indexed"]\n'],
    warns: true,
  },
  {
    name: 'an untrusted folder where the policy knows no such approvals',
    user: untrusted(''),
    work: repository(),
    requirements: ['allowed_approval_policies = ["on-request"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'an untrusted folder under a read-only policy',
    user: untrusted(''),
    work: repository(),
    requirements: ['allowed_sandbox_modes = ["read-only"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'no questions allowed but none',
    user: trusted(''),
    work: repository(),
    requirements: ['allowed_approval_policies = ["never"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'granular approvals under a list',
    user: 'approval_policy = { granular = { mcp_elicitations = true, rules = false, sandbox_approval = true } }\n',
    requirements: ['allowed_approval_policies = ["on-request"]\n'],
    session: true,
  },
  {
    name: 'the managed file and the policy disagree',
    user: 'approval_policy = "never"\n',
    system: { 'managed_config.toml': 'approval_policy = "on-request"\n' },
    requirements: ['allowed_approval_policies = ["never"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'a project asks for what the policy does not allow',
    user: trusted(''),
    work: { ...repository(), '.codex/config.toml': 'sandbox_mode = "danger-full-access"\nweb_search = "live"\n' },
    requirements: ['allowed_sandbox_modes = ["read-only", "workspace-write"]\nallowed_web_search_modes = ["cached"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'the command line asks for what the policy does not allow',
    flags: ['approval_policy=never', 'sandbox_mode=danger-full-access'],
    requirements: ['allowed_approval_policies = ["on-request"]\nallowed_sandbox_modes = ["read-only"]\n'],
    warns: true,
    session: true,
  },
  {
    name: 'a permission profile of one’s own',
    user: 'default_permissions = "team"\n[permissions.team]\nextends = ":workspace"\n',
    requirements: ['[allowed_permission_profiles]\n":read-only" = true\n":workspace" = true\n'],
    warns: true,
    session: true,
  },
  {
    name: 'what Reeve pins',
    user: 'model_provider = "openai"\n[features]\napps = true\n[otel]\nlog_user_prompt = true\n',
    requirements: [
      'model_provider = "reeve"\ncheck_for_update_on_startup = false\n[model_providers.reeve]\nname = "Reeve"\nbase_url = "https://reeve.example/v1"\nwire_api = "responses"\nrequires_openai_auth = true\nstream_max_retries = 0\n[model_providers.reeve.http_headers]\nx-reeve-policy = "r"\n[features]\napps = false\nplugins = false\ndaemon_auto_start = false\n[otel]\nenvironment = "corp"\n[otel.exporter.otlp-http]\nendpoint = "https://reeve.example/otel"\nprotocol = "json"\n',
      'allowed_sandbox_modes = ["read-only"]\n',
    ],
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
];
