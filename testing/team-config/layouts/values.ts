import { type Layout, repository, trusted } from './layout.ts';

const project = (config: string): Record<string, string> => ({ ...repository(), '.codex/config.toml': config });

/** How values of several layers come together. */
export const values: readonly Layout[] = [
  {
    name: 'every layer at once',
    user: `model = "user"\nreview_model = "user"\n${trusted('')}`,
    home: { 'p.config.toml': 'model = "profile"\nmodel_verbosity = "high"\n' },
    profile: 'p',
    defaults: [
      'model = "first"\nmodel_context_window = 1\n',
      'model = "second"\nmodel_context_window = 2\ntool_output_token_limit = 2\n',
    ],
    system: {
      'config.toml': 'model = "system"\ntool_output_token_limit = 3\nproject_doc_max_bytes = 4\n',
      'managed_config.toml': 'compact_prompt = "managed"\n',
    },
    flags: ['compact_prompt=flag', 'instructions=flag'],
    work: project('model = "project"\ninstructions = "project"\n'),
  },
  {
    name: 'system below defaults below user',
    user: 'review_model = "user"\n',
    defaults: ['review_model = "cloud"\nmodel = "cloud"\n'],
    system: { 'config.toml': 'review_model = "system"\nmodel = "system"\nmodel_verbosity = "low"\n' },
  },
  { name: 'system only', system: { 'config.toml': 'model = "system"\nlog_dir = "logs"\n' } },
  {
    name: 'managed file beats the command line',
    user: 'model = "user"\n',
    flags: ['model=flag', 'review_model=flag'],
    system: { 'managed_config.toml': 'model = "managed"\nlog_dir = "here"\n' },
  },
  { name: 'an empty managed file', user: 'model = "user"\n', system: { 'managed_config.toml': '' } },
  {
    name: 'command line beats project',
    user: trusted(''),
    flags: ['model="flag"'],
    work: project('model = "project"\nreview_model = "project"\n'),
  },
  {
    name: 'command line: text without quotes, numbers, tables, dots',
    flags: [
      'model=o3 mini',
      'model_context_window=12',
      'tui.theme="x"',
      'features={memories=true}',
      'features.goals=false',
      'mcp_servers.x.command=node',
      'project_doc_fallback_filenames=["A.md", "B.md"]',
      'log_dir=rel',
    ],
  },
  {
    name: 'command line: a table replaces what was set in it',
    flags: ['features.goals=true', 'features={memories=true}'],
    user: '[features]\nhooks = false\n',
  },
  {
    name: 'profile',
    user: 'model = "user"\nmodel_verbosity = "low"\n',
    home: { 'work.config.toml': 'model = "profile"\n[tui]\ntheme = "p"\n' },
    profile: 'work',
  },
  {
    name: 'profile and project',
    user: `model = "user"\n${trusted('')}`,
    home: { 'work.config.toml': 'model = "profile"\nreview_model = "profile"\n' },
    profile: 'work',
    work: project('model = "project"\n'),
  },
  { name: 'a profile without a file', user: 'model = "user"\n', profile: 'nobody' },
  {
    name: 'lists replace, tables merge',
    user: `project_doc_fallback_filenames = ["A", "B", "C"]\n[shell_environment_policy.set]\nA = "1"\nB = "2"\n${trusted('')}`,
    work: project('project_doc_fallback_filenames = ["D"]\n[shell_environment_policy.set]\nB = "3"\nC = "4"\n'),
  },
  {
    name: 'an empty list replaces',
    user: `project_doc_fallback_filenames = ["A"]\n${trusted('')}`,
    work: project('project_doc_fallback_filenames = []\n'),
  },
  {
    name: 'an empty table replaces nothing',
    user: `[features]\ngoals = false\n${trusted('')}`,
    work: project('[features]\n[mcp_servers]\n'),
  },
  {
    name: 'inline tables and dotted keys',
    user: 'tui = { theme = "x", animations = false }\nfeatures.goals = true\nfeatures.memories = false\nsandbox_workspace_write.network_access = true\n',
  },
  {
    name: 'quoted keys with points',
    user: '"model" = "q"\nmcp_servers."a.b".command = "x"\n[projects."/srv/a.b"]\ntrust_level = "trusted"\n[projects."/srv/ü \\"x\\""]\ntrust_level = "untrusted"\n',
  },
  {
    name: 'one server put together from two layers',
    user: `[mcp_servers.a]\ncommand = "x"\nargs = ["1", "2"]\n[mcp_servers.a.env]\nA = "1"\n${trusted('')}`,
    work: project(
      '[mcp_servers.a]\nargs = ["3"]\nenabled = false\n[mcp_servers.a.env]\nB = "2"\n[mcp_servers.b]\nurl = "https://b.example"\nbearer_token_env_var = "T"\n',
    ),
  },
  {
    name: 'a server in parts of defaults and user',
    user: '[mcp_servers.a]\nenabled_tools = ["t"]\nstartup_timeout_sec = 7\ntool_timeout_sec = 1.5\n',
    defaults: ['[mcp_servers.a]\ncommand = "x"\n'],
  },
  {
    name: 'features in four layers',
    user: `[features]\ngoals = false\nhooks = false\n${trusted('')}`,
    defaults: ['[features]\ngoals = true\nmemories = true\n'],
    system: { 'config.toml': '[features]\nshell_snapshot = false\n' },
    work: project('[features]\nhooks = true\nplugins = false\n'),
    flags: ['features.plugins=true'],
  },
  { name: 'a feature with a table of settings', user: '[features.multi_agent_v2]\nenabled = true\n' },
  {
    name: 'a feature as a table over true',
    user: `[features]\nmulti_agent_v2 = true\n${trusted('')}`,
    work: project('[features.multi_agent_v2]\nenabled = false\n'),
  },
  {
    name: 'paths start from the folder of their file',
    user: `log_dir = "~/logs"\nsqlite_home = "../db/./x/"\n[sandbox_workspace_write]\nwritable_roots = ["/abs//x", "rel"]\n[skills]\nconfig = [{ path = "skills/a", enabled = false }, { name = "b", enabled = true }]\n${trusted('')}`,
    work: project('[sandbox_workspace_write]\nwritable_roots = ["./mine", "../up"]\n[model_providers]\n'),
  },
  {
    name: 'files of agents',
    user: '[agents]\nmax_depth = 2\n[agents.reviewer]\ndescription = "d"\nconfig_file = "r.toml"\n',
    home: { 'r.toml': 'model = "r"\n' },
  },
  {
    name: 'instructions from a file',
    user: 'model_instructions_file = "i.md"\nexperimental_compact_prompt_file = "c.md"\n',
    home: { 'i.md': 'x\n', 'c.md': 'x\n' },
  },
  {
    name: 'a provider of one’s own',
    user: 'model_provider = "mine"\n[model_providers.mine]\nname = "m"\nbase_url = "https://m.example"\n[model_providers.mine.auth]\ncommand = "tok"\ncwd = "d"\n[model_providers.mine.query_params]\nv = "1"\n',
  },
  {
    name: 'older names of keys',
    user: `[agents]\nmax_threads = 3\n[memories]\nno_memories_if_mcp_or_web_search = true\n${trusted('')}`,
    work: project('[agents]\nmax_concurrent_threads_per_session = 5\n'),
  },
  {
    name: 'an older name over the newer one',
    user: `[agents]\nmax_concurrent_threads_per_session = 5\n${trusted('')}`,
    work: project('[agents]\nmax_threads = 3\n'),
  },
  {
    name: 'environment: table over lists',
    user: `[shell_environment_policy]\nexclude = ["AWS_*"]\ninclude_only = ["PATH"]\n${trusted('')}`,
    work: project('[shell_environment_policy.filters]\n"GCP_*" = "exclude"\n'),
  },
  {
    name: 'environment: lists over table',
    user: `[shell_environment_policy.filters]\n"AWS_*" = "exclude"\nPATH = "include"\n${trusted('')}`,
    work: project('[shell_environment_policy]\nexclude = ["X"]\n'),
  },
  {
    name: 'environment: a pattern changes lists',
    user: `[shell_environment_policy]\nexclude = ["A", "B"]\n${trusted('')}`,
    work: project('[shell_environment_policy]\ninclude_only = ["a"]\n'),
  },
  {
    name: 'a permission profile',
    user: 'default_permissions = "team"\n[permissions.team.filesystem]\n":minimal" = "read"\n"/srv" = "write"\n[permissions.team.network.domains]\n"Example.COM" = "allow"\n',
  },
  {
    name: 'environment: the other list over a table',
    user: `[shell_environment_policy.filters]\n"AWS_*" = "exclude"\nPATH = "include"\n${trusted('')}`,
    work: project('[shell_environment_policy]\ninclude_only = ["HOME"]\n'),
  },
  {
    name: 'one host in two spellings',
    user: `default_permissions = "team"\n[permissions.team.network.domains]\n"Example.COM" = "allow"\n${trusted('')}`,
    work: project('[permissions.team.network.domains]\n"example.com" = "deny"\n'),
  },
  {
    name: 'line ends of Windows and text in several lines',
    user: 'model = "a"\r\ndeveloper_instructions = """\r\none\r\n two \\\r\n   three"""\r\n',
  },
  {
    name: 'numbers in every spelling',
    user: 'model_context_window = 1_000_000\ntool_output_token_limit = 0x10\n[mcp_servers.a]\ncommand = "x"\nstartup_timeout_sec = 1e1\ntool_timeout_sec = 0.5\n',
  },
  {
    name: 'an agent in two layers',
    user: `[agents.reviewer]\ndescription = "user"\nnickname_candidates = ["a"]\n${trusted('')}`,
    work: project('[agents.reviewer]\ndescription = "project"\n'),
  },
  {
    name: 'a profile that the file has as well',
    user: 'model = "a"\n[profiles.work]\nmodel = "b"\n',
    home: { 'work.config.toml': 'model = "c"\n' },
    profile: 'work',
    refused: {
      client: /cannot be used while .*config\.toml contains legacy/,
      ours: /cannot be used while .*config\.toml contains legacy/,
    },
  },
  {
    name: 'a permission profile in two layers',
    user: `default_permissions = "team"\n[permissions.team.filesystem]\n":minimal" = "read"\n"/srv" = "write"\n${trusted('')}`,
    work: project('[permissions.team.filesystem]\n"/srv" = "read"\n'),
  },
  {
    name: 'granular approvals',
    user: 'approval_policy = { granular = { mcp_elicitations = true, rules = false, sandbox_approval = true } }\n',
  },
  {
    name: 'a table over text',
    user: `approval_policy = "never"\n${trusted('')}`,
    work: project(
      'approval_policy = { granular = { mcp_elicitations = true, rules = false, sandbox_approval = true } }\n',
    ),
  },
  {
    name: 'text over a table',
    user: `approval_policy = { granular = { mcp_elicitations = true, rules = false, sandbox_approval = true } }\n${trusted('')}`,
    work: project('approval_policy = "never"\n'),
  },
  { name: 'the older name of a reviewer', user: 'approvals_reviewer = "guardian_subagent"\n' },
  {
    name: 'hooks',
    user: `[[hooks.Stop]]\nhooks = [{ type = "command", command = "a", timeout = 5 }]\n[[hooks.PreToolUse]]\nmatcher = "x"\nhooks = [{ type = "command", command = "b" }]\n${trusted('')}`,
    work: project('[[hooks.Stop]]\nhooks = [{ type = "command", command = "c" }]\n'),
  },
  {
    name: 'telemetry in the user’s file',
    user: '[otel]\nlog_user_prompt = true\nenvironment = "dev"\n[otel.exporter.otlp-http]\nendpoint = "https://o.example"\nprotocol = "json"\n',
  },
  {
    name: 'telemetry in the defaults, switched off by the user',
    user: '[otel]\nexporter = "none"\n',
    defaults: [
      '[otel]\nlog_user_prompt = false\n[otel.exporter.otlp-http]\nendpoint = "https://o.example"\nprotocol = "json"\n',
    ],
  },
  {
    name: 'keys a project may not set',
    user: `model = "a"\nnotify = ["mine"]\n${trusted('')}`,
    warns: true,
    work: project(
      'model = "b"\nopenai_base_url = "https://x"\nchatgpt_base_url = "https://x"\napps_mcp_product_sku = "x"\nnotify = ["x"]\nmodel_provider = "x"\nexperimental_realtime_ws_base_url = "https://x"\nexperimental_realtime_webrtc_call_base_url = "https://x"\n[model_providers.x]\nname = "x"\n[otel]\nlog_user_prompt = true\n[features]\nrespect_system_proxy = true\ngoals = true\n[profiles.x]\nmodel = "x"\n',
    ),
  },
  {
    name: 'unknown keys and features',
    user: `modle = "a"\nmodel = "a"\n[features]\nnothing_such = true\ngoals = true\n[history]\npersistance = "none"\n[tui]\ntheme = "x"\n${trusted('')}`,
    warns: true,
    work: project('unknown_here = [1]\n'),
  },
  {
    name: 'ordinary tables',
    user: 'personality = "friendly"\nservice_tier = "fast"\nmodel_reasoning_effort = "high"\nplan_mode_reasoning_effort = "low"\nmodel_reasoning_summary = "auto"\n[analytics]\nenabled = false\n[history]\npersistence = "none"\nmax_bytes = 5\n[tools.web_search]\ncontext_size = "high"\n[notice]\nhide_full_access_warning = true\n[plugins."a@b"]\nenabled = true\n[apps.x]\nenabled = true\n[windows]\nsandbox = "elevated"\n[marketplaces.m]\nsource = "./x"\nsource_type = "local"\n[auto_review]\npolicy = "p"\n[feedback]\nenabled = true\n',
  },
];
