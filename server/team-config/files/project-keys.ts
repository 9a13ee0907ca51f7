/**
 * Clients ignore these in every `.codex/config.toml`; asked of 0.169.0 key by key, and in the order in
 * which it names them. Why, and what to do.
 */
export const ignoredKeys: Readonly<Record<string, string>> = {
  openai_base_url: 'where model calls go',
  chatgpt_base_url: 'where the client finds its server',
  apps_mcp_product_sku: 'what the apps server is asked for',
  responses_api_metadata: 'what goes with model calls',
  model_provider: 'where model calls go',
  model_providers: 'where model calls go',
  notify: 'a program that runs on every turn',
  profile: 'which profile somebody starts with',
  profiles: 'which profiles somebody has',
  experimental_realtime_webrtc_call_base_url: 'where voice connects to',
  experimental_realtime_ws_base_url: 'where voice connects to',
  otel: 'where telemetry goes',
};

/** The same of `[features]`. */
export const ignoredFeatures: Readonly<Record<string, string>> = {
  respect_system_proxy: 'whether calls go through the proxy of the system',
};

/**
 * A trusted project can set them, and clients apply them when they look for the sign-in, before there is a policy. The value that hurts
 * nobody who gets a policy: they all signed in that way.
 */
export const signInKeys: Readonly<Record<string, string | null>> = {
  cli_auth_credentials_store: null,
  forced_login_method: 'chatgpt',
  forced_chatgpt_workspace_id: null,
};

/** Accepted in a project, and it changes nothing there. */
export const keysWithoutEffect: Readonly<Record<string, string>> = {
  project_root_markers: 'The root of the project is found before its files are read. Set it in the user’s own config.',
  projects:
    'Whether a folder is trusted is decided before its files are read. Everybody trusts a folder for themselves.',
  ghost_snapshot: 'Current clients do nothing with it.',
  js_repl_node_path: 'Current clients do nothing with it.',
};

export const deprecatedKeys: Readonly<Record<string, string>> = {
  experimental_use_unified_exec_tool: '`unified_exec` under `[features]`',
};

/** Of 0.169.0, beyond the keys whose shape is written down among the defaults of a policy. */
export const furtherKeys: readonly string[] = [
  'allow_symlinked_codex_home',
  'browser_use',
  'cloud',
  'computer_use',
  'daybreak',
  'goals',
  'include_environment_context_time',
  'mcp_enterprise_managed_auth',
  'mcp_optional_startup_grace_ms',
  'model_post_turn_compact_threshold_percent',
  'orchestrator',
  'thread_unload_delay_secs',
];

/** Names older or other programs use, which no client reads. */
export const unreadKeys: readonly string[] = ['debug'];
