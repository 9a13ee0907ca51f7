import { approvals } from './approvals.ts';
import type { KeyGroup } from './catalogue.ts';
import { defaultTables } from './default-tables.ts';
import { modelProvider } from './models.ts';
import { permissionProfile } from './sandbox.ts';
import type { Shape } from './shape.ts';
import { choice, count, flag, list, mapOf, text } from './shape.ts';
import { exporters } from './telemetry.ts';

/** Why a key is out of place among the defaults of a policy. */
export interface DefaultsGuidance {
  /**
   * `pinned`: Reeve's own pin wins; `no-effect`: clients read it before the policy arrives, or no more; `needs-file`: clients without
   * the file refuse to start; `locks-out`: clients refuse to start or sign out.
   */
  kind: 'pinned' | 'no-effect' | 'needs-file' | 'locks-out';
  because: string;
}

const gatewayPin = 'Reeve pins the way to its model gateway, so this changes nothing.';
const removed = 'Current clients do nothing with it.';
const needsFile = 'The file must be on every machine first: clients without it refuse to start.';
const tooLate = 'The sign-in is over when a policy arrives. Put it in the system file of the machines.';

export const defaultsGuidance: Readonly<Record<string, DefaultsGuidance>> = {
  chatgpt_base_url: {
    kind: 'no-effect',
    because: 'A client must know where Reeve is before it can ask for a policy; “Connect a client” sets it.',
  },
  openai_base_url: { kind: 'pinned', because: gatewayPin },
  model_provider: { kind: 'pinned', because: gatewayPin },
  model_providers: { kind: 'pinned', because: gatewayPin },
  oss_provider: { kind: 'pinned', because: gatewayPin },
  check_for_update_on_startup: { kind: 'pinned', because: 'Reeve pins it to false: the check calls another origin.' },
  cli_auth_credentials_store: { kind: 'no-effect', because: tooLate },
  forced_login_method: {
    kind: 'locks-out',
    because: `Clients with another kind of sign-in log themselves out. ${tooLate}`,
  },
  forced_chatgpt_workspace_id: {
    kind: 'locks-out',
    because: `Clients of any other workspace log themselves out. ${tooLate}`,
  },
  profile: {
    kind: 'locks-out',
    because:
      'Clients since 0.140.0 refuse to start with it: profiles are files of their own now, chosen on the command line.',
  },
  profiles: { kind: 'no-effect', because: 'Clients since 0.140.0 read profiles from files of their own.' },
  model_instructions_file: { kind: 'needs-file', because: needsFile },
  model_catalog_json: { kind: 'needs-file', because: needsFile },
  experimental_compact_prompt_file: { kind: 'needs-file', because: needsFile },
  experimental_thread_store_endpoint: {
    kind: 'locks-out',
    because: 'Clients refuse to start with it: it is no longer supported.',
  },
  ghost_snapshot: { kind: 'no-effect', because: removed },
  experimental_use_unified_exec_tool: { kind: 'no-effect', because: removed },
  js_repl_node_path: { kind: 'no-effect', because: removed },
  apps: { kind: 'pinned', because: 'Reeve switches apps off as a feature, because the vendor serves them.' },
  plugins: { kind: 'pinned', because: 'Reeve switches plugins off as a feature, because the vendor serves them.' },
  marketplaces: { kind: 'pinned', because: 'Reeve switches plugins off as a feature, because the vendor serves them.' },
  apps_mcp_product_sku: {
    kind: 'pinned',
    because: 'Reeve switches apps off as a feature, because the vendor serves them.',
  },
};

const approvalPolicy = approvals.allowed_approval_policies?.items ?? {};

const behaviour: Record<string, Shape> = {
  approval_policy: { ...approvalPolicy, description: 'When the client asks before it acts.' },
  approvals_reviewer: choice(
    { user: 'The member.', auto_review: 'A second model.', guardian_subagent: 'The older name of `auto_review`.' },
    'Who answers when the client asks.',
  ),
  auto_review: defaultTables.auto_review,
  sandbox_mode: choice(
    {
      'read-only': 'Read files, change nothing.',
      'workspace-write': 'Write in the project folder.',
      'danger-full-access': 'No sandbox.',
    },
    'The sandbox commands run in.',
  ),
  sandbox_workspace_write: defaultTables.sandbox_workspace_write,
  default_permissions: text('The permission profile to start with.'),
  permissions: mapOf(permissionProfile, 'Permission profiles by name; needs `default_permissions`.'),
  shell_environment_policy: defaultTables.shell_environment_policy,
  allow_login_shell: flag('Run commands in a login shell.'),
  background_terminal_max_timeout: count('Milliseconds a command in the background may run.'),
  hooks: defaultTables.hooks,
  projects: defaultTables.projects,
  windows: defaultTables.windows,
};

const model: Record<string, Shape> = {
  model: text('The model to start with. Which ones are allowed is set under Models.'),
  model_provider: text('The model provider.'),
  model_providers: mapOf(modelProvider, 'Model providers by id.'),
  oss_provider: text('The local provider `--oss` uses.'),
  openai_base_url: text('Where model requests of the built-in provider go.'),
  review_model: text('The model for `/review`.'),
  model_reasoning_effort: text('How much the model thinks, e.g. "medium".', {
    pattern: '[^]',
    expected: 'a level such as "medium"',
  }),
  plan_mode_reasoning_effort: text('How much it thinks while it plans.', {
    pattern: '[^]',
    expected: 'a level such as "medium"',
  }),
  model_reasoning_summary: choice(['auto', 'concise', 'detailed', 'none'], 'What members see of the thinking.'),
  model_verbosity: choice(['low', 'medium', 'high'], 'How long answers are.'),
  model_context_window: { type: 'integer', description: 'Size of the context in tokens.' },
  model_auto_compact_token_limit: { type: 'integer', description: 'Tokens after which a conversation is shortened.' },
  model_auto_compact_token_limit_scope: choice(
    { total: 'Everything counts.', body_after_prefix: 'Only what came after the fixed beginning.' },
    'What counts towards that limit.',
  ),
  model_catalog_json: text('Path of a list of models.'),
  model_instructions_file: text('Path of instructions in place of the built-in ones.'),
  service_tier: text('The tier of service, e.g. "flex".'),
  personality: choice(['none', 'friendly', 'pragmatic'], 'The tone of answers.'),
  instructions: text('Instructions for the model (older form of `developer_instructions`).'),
  developer_instructions: text('Instructions added to every conversation; members can replace them.'),
  compact_prompt: text('The prompt that shortens long conversations.'),
  experimental_compact_prompt_file: text('Path of that prompt.'),
  tool_output_token_limit: count('Tokens kept of the output of a tool.'),
  include_apps_instructions: flag('Tell the model about apps.'),
  include_collaboration_mode_instructions: flag('Tell the model about collaboration modes.'),
  include_environment_context: flag('Tell the model about the machine and folder.'),
  include_permissions_instructions: flag('Tell the model what it may do.'),
};

const tools: Record<string, Shape> = {
  web_search: choice(['disabled', 'cached', 'indexed', 'live'], 'How the web search tool searches.', {
    valueSince: { indexed: { version: '0.163.0', older: 'refuse', instead: 'cached' } },
  }),
  tools: defaultTables.tools,
  mcp_servers: defaultTables.mcp_servers,
  mcp_oauth_callback_port: count('Port members’ sign-in to MCP servers comes back to.', { maximum: 65_535 }),
  mcp_oauth_callback_url: text('Address it comes back to.'),
  mcp_oauth_credentials_store: choice(['auto', 'file', 'keyring'], 'Where sign-ins to MCP servers are kept.'),
  apps: defaultTables.apps,
  apps_mcp_product_sku: text('Product the apps server is asked for.'),
  plugins: defaultTables.plugins,
  marketplaces: defaultTables.marketplaces,
  skills: defaultTables.skills,
  tool_suggest: defaultTables.tool_suggest,
  agents: defaultTables.agents,
  memories: defaultTables.memories,
  features: mapOf(
    {
      description: 'On or off.',
      anyOf: [{ type: 'boolean' }, { type: 'object' }],
      expected: 'true, false or a table of its settings',
    },
    'Features switched on or off; members can change them.',
  ),
};

const files: Record<string, Shape> = {
  project_doc_max_bytes: count('Bytes read of AGENTS.md.'),
  project_doc_fallback_filenames: list(text('A file name.'), 'Files read where AGENTS.md is missing.'),
  project_root_markers: list(text('A file name.'), 'What marks the top folder of a project; `.git` when not given.'),
  history: defaultTables.history,
  log_dir: text('Folder of the log files; relative to the home of Codex.'),
  sqlite_home: text('Folder of the local database.'),
};

const display: Record<string, Shape> = {
  tui: defaultTables.tui,
  file_opener: choice(
    ['vscode', 'vscode-insiders', 'windsurf', 'cursor', 'none'],
    'The editor links to files open in.',
  ),
  notify: list(text('A word.'), 'Program that is told when a turn ends; it must be on the machine.'),
  hide_agent_reasoning: flag('Hide the thinking.'),
  show_raw_agent_reasoning: flag('Show the thinking as it is.'),
  disable_paste_burst: flag('Treat pasted text as typed.'),
  suppress_unstable_features_warning: flag('Do not warn about unfinished features.'),
  notice: defaultTables.notice,
  check_for_update_on_startup: flag('Look for a newer client at start.'),
  desktop: { type: 'object', description: 'Settings of the desktop app.' },
  audio: {
    type: 'object',
    description: 'Microphone and speaker.',
    properties: { microphone: text('The microphone.'), speaker: text('The speaker.') },
  },
  realtime: defaultTables.realtime,
};

const reporting: Record<string, Shape> = {
  otel: {
    type: 'object',
    description: 'OpenTelemetry. As a requirement members cannot switch it off; as a default they can.',
    properties: {
      environment: text('Name of the environment in every record.'),
      exporter: exporters.exporter,
      trace_exporter: exporters.trace_exporter,
      metrics_exporter: exporters.metrics_exporter,
      log_user_prompt: flag('Include what members write.'),
    },
  },
  analytics: defaultTables.analytics,
  feedback: defaultTables.feedback,
};

const signIn: Record<string, Shape> = {
  chatgpt_base_url: text('Where the client finds Reeve.'),
  cli_auth_credentials_store: choice(['file', 'keyring', 'auto', 'ephemeral'], 'Where the sign-in is kept.'),
  forced_login_method: choice(['chatgpt', 'api'], 'The only kind of sign-in.'),
  forced_chatgpt_workspace_id: {
    description: 'The only workspaces.',
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    expected: 'an id or a list of ids',
  },
};

const experimental: Record<string, Shape> = {
  profile: text('The profile to start with.'),
  profiles: { type: 'object', description: 'Profiles by name.' },
  debug: { type: 'object', description: 'Settings for the makers of the client.' },
  ghost_snapshot: { type: 'object', description: 'Snapshots of the work folder.' },
  js_repl_node_path: text('Path of Node.js for a removed tool.'),
  experimental_use_unified_exec_tool: flag('Older switch of `features.unified_exec`.'),
  experimental_realtime_start_instructions: text('Instructions for voice.'),
  experimental_realtime_ws_backend_prompt: text('Prompt for voice.'),
  experimental_realtime_ws_base_url: text('Where voice connects to.'),
  experimental_realtime_ws_model: text('Model for voice.'),
  experimental_realtime_ws_startup_context: text('Context for voice.'),
  experimental_realtime_webrtc_call_base_url: text('Where voice calls connect to.'),
  experimental_thread_store: { type: 'object', description: 'Where conversations are kept.' },
  experimental_thread_store_endpoint: text('Where conversations were kept.'),
};

/** `config.toml` as defaults of a policy, found by asking 0.169.0 for the type of every key. */
export const defaultGroups: readonly KeyGroup[] = [
  { name: 'Approvals and sandbox', keys: behaviour },
  { name: 'Models', keys: model },
  { name: 'Tools', keys: tools },
  { name: 'Files', keys: files },
  { name: 'Display', keys: display },
  { name: 'Telemetry', keys: reporting },
  { name: 'Sign-in', keys: signIn },
  { name: 'Experimental and old', keys: experimental },
];

export const defaultKeys: Readonly<Record<string, Shape>> = Object.assign({}, ...defaultGroups.map(({ keys }) => keys));

export const defaultsShape: Shape = { type: 'object', properties: defaultKeys };
