import { defaultKeys } from '#contract/requirements/default-keys.ts';
import { ignoredFeatures, ignoredKeys } from '../files/project-keys.ts';

/** What a project file may not decide: the client drops these keys with a warning. */
export const ignoredInProjects: readonly (readonly string[])[] = [
  ...Object.keys(ignoredKeys).map((key) => [key]),
  ...Object.keys(ignoredFeatures).map((key) => ['features', key]),
];

/** Older names that the client reads as newer ones before it puts layers together. */
export const renamedKeys: readonly { table: string; from: string; to: string }[] = [
  { table: 'memories', from: 'no_memories_if_mcp_or_web_search', to: 'disable_on_external_context' },
  { table: 'agents', from: 'max_threads', to: 'max_concurrent_threads_per_session' },
];

/** Keys that `config/read` of 0.169.0 knows beside those that make sense as defaults of a policy. */
const otherKeys = [
  'allow_symlinked_codex_home',
  'browser_use',
  'client_search_provider',
  'cloud',
  'computer_use',
  'daybreak',
  'goals',
  'include_environment_context_time',
  'js_repl_node_module_dirs',
  'mcp_enterprise_managed_auth',
  'mcp_optional_startup_grace_ms',
  'model_post_turn_compact_threshold_percent',
  'orchestrator',
  'responses_api_metadata',
  'thread_unload_delay_secs',
];

export const isKnownKey = (key: string): boolean => Object.hasOwn(defaultKeys, key) || otherKeys.includes(key);

/** Values that hold where no layer says anything, as 0.169.0 reports them for an empty home. */
export const builtInValues: Readonly<Record<string, unknown>> = {
  allow_login_shell: true,
  background_terminal_max_timeout: 300_000,
  cli_auth_credentials_store: 'file',
  file_opener: 'vscode',
  hide_agent_reasoning: false,
  history: { persistence: 'save-all' },
  include_apps_instructions: true,
  include_collaboration_mode_instructions: true,
  include_environment_context: true,
  include_environment_context_time: true,
  include_permissions_instructions: true,
  mcp_oauth_credentials_store: 'auto',
  project_doc_fallback_filenames: [],
  project_doc_max_bytes: 32_768,
  project_root_markers: ['.git'],
  features: {
    api_key_cyber_access_programs: true,
    api_key_model_discovery: true,
    auth_elicitation: true,
    background_paginated_rollout_migration: false,
    codex_apps_mcp_2026_07_28: false,
    daybreak_program_propagation: false,
    mcp_2026_07_28: false,
    mcp_connection_sharing: false,
    mcp_lazy_stdio_startup: false,
    memories: false,
    mentions_v2: true,
    remote_control: false,
    remote_plugin: true,
    tool_suggest: true,
    windows_sandbox_service: false,
  },
};

const events = [
  'Interrupt',
  'PermissionRequest',
  'PostCompact',
  'PostModelRequest',
  'PostToolUse',
  'PreCompact',
  'PreModelRequest',
  'PreToolUse',
  'SessionEnd',
  'SessionStart',
  'Stop',
  'SubagentStart',
  'SubagentStop',
  'UserPromptSubmit',
];

/** Values that a table gets once a layer mentions it; `*` stands for any key. Also from `config/read` of 0.169.0. */
export const valuesOfTables: readonly { table: readonly string[]; values: Readonly<Record<string, unknown>> }[] = [
  {
    table: ['sandbox_workspace_write'],
    values: { writable_roots: [], network_access: false, exclude_tmpdir_env_var: false, exclude_slash_tmp: false },
  },
  { table: ['mcp_servers', '*'], values: { environment_id: 'local', enabled: true } },
  {
    table: ['model_providers', '*'],
    values: {
      wire_api: 'responses',
      requires_openai_auth: false,
      supports_websockets: false,
      supports_standalone_web_search: false,
    },
  },
  { table: ['model_providers', '*', 'auth'], values: { args: [], timeout_ms: 5000, refresh_interval_ms: 300_000 } },
  { table: ['approval_policy', 'granular'], values: { skill_approval: false, request_permissions: false } },
  { table: ['hooks'], values: Object.fromEntries(events.map((event) => [event, []])) },
  {
    table: ['tui'],
    values: {
      notifications: true,
      notification_method: 'auto',
      notification_condition: 'unfocused',
      animations: true,
      effects: { starfield: true, shimmer: true, welcome: true, effort: true, progress: true, title: true },
      rendering: { mermaid: true, math: true, tables: true, lists: true },
      show_tooltips: true,
      show_server_version_notice: true,
      auto_recap: true,
      vim_mode_default: false,
      question_esc_back: true,
      raw_output_mode: false,
      fullscreen_transcript: true,
      collapse_turn_details: false,
      copy_on_select: 'auto',
      copy_on_select_clear_selection: false,
      right_click_paste: 'auto',
      alternate_screen: 'auto',
      status_line_use_colors: true,
      pet_anchor: 'composer',
      agents_overview_grouping: 'project',
    },
  },
];
