import { flag, mapOf, type Shape } from './shape.ts';

/**
 * The features each tested client lists in `codex features list`. What a client does not know it ignores with a warning, up to
 * 0.12x it refuses to start.
 */
const names = (words: string): readonly string[] => words.trim().split(/\s+/);

const newIn: Readonly<Record<string, readonly string[]>> = {
  '0.120.0': names(`
    apply_patch_freeform apps artifact child_agents_md code_mode code_mode_only codex_git_commit codex_hooks
    collaboration_modes default_mode_request_user_input elevated_windows_sandbox enable_fanout
    enable_request_compression exec_permission_approvals experimental_windows_sandbox fast_mode
    general_analytics guardian_approval image_detail_original image_generation js_repl js_repl_tools_only
    memories multi_agent multi_agent_v2 personality plugins prevent_idle_sleep realtime_conversation
    remote_control remote_models request_permissions_tool request_rule responses_websockets
    responses_websockets_v2 runtime_metrics search_tool shell_snapshot shell_tool shell_zsh_fork
    skill_env_var_dependency_prompt skill_mcp_dependency_install sqlite steer tool_call_mcp_elicitation
    tool_search tool_suggest tui_app_server undo unified_exec use_legacy_landlock use_linux_sandbox_bwrap
    web_search_cached web_search_request
  `),
  '0.140.0': names(`
    apply_patch_streaming_events apps_mcp_path_override auth_elicitation browser_use browser_use_external
    chronicle computer_use enable_mcp_apps external_migration goals hooks imagegenext in_app_browser
    local_thread_store_compression mentions_v2 network_proxy non_prefixed_mcp_tool_names plugin_hooks
    plugin_sharing remote_compaction_v2 remote_plugin resize_all_images secret_auth_storage
    standalone_web_search terminal_resize_reflow terminal_visualization_instructions token_budget
    tool_search_always_defer_mcp_tools unavailable_dummy_tools unified_exec_zsh_fork workspace_dependencies
    workspace_owner_usage_nudge
  `),
  '0.163.0': names(`
    agent_message_board analytics_plan_history api_key_cyber_access_programs api_key_model_discovery
    apply_patch_preserve_line_endings async_compaction background_paginated_rollout_migration
    bedrock_setup_wizard browser_annotation_api browser_use_full_cdp_access cli_daybreak
    code_mode_buffered_exec code_mode_host code_mode_host_grpc code_mode_interrupt
    code_mode_only_strict_3p_tools code_mode_prewarm code_mode_tool_description_first code_mode_tool_search
    codex_apps_mcp_2026_07_28 compaction_image_budget concurrent_reasoning_summaries content_item_kinds
    context_management credential_masking current_time_reminder cwd_relative_turn_diffs daemon_auto_start
    defer_mailbox_preemption deferred_executor deferred_tool_world_state executed_tool_call_metadata
    executor_capability_discovery external_agent_memory_import guardian_conversation_history_tools
    guardian_enhanced_node_repl_transcripts guardian_ext guardian_node_repl_transcript_images
    guardian_reuse_parent_compaction guardian_root_handoff_context guardian_trust_orchestrator_connectors
    guardianv2 guardianv2.thread_context guardianv2_decisions_comparison image_resize_notice in_app_chat
    in_app_dictation in_app_local_automation in_app_updates in_app_voice incremental_tools instant_interrupt
    item_ids local_thread_store_shared_compression login_shell_package_path mcp_2026_07_28
    mcp_oauth_refresh_coordination model_catalog_in_context multi_agent_mode multi_agent_v2_dynamic_tools
    nonfatal_clock_read_errors omit_app_server_notification_media output_token_replay powershell_shell_version
    prefer_mxc psp reasoning_effort_override recommended_plugins respect_system_proxy
    retain_client_developer_messages retain_client_tool_outputs rollout_budget send_async_message
    send_message_to_user_async shell_snapshot_v2 skill_search skip_host_skill_discovery sleep_tool
    stable_environment_tools step_model_switching subagent_default_context_limits system_proxy_fallback
    transcript_v2 ultrafast_mode unbounded_connection_retries unified_exec_tty unified_image_budget
    use_agent_identity use_xaa view_image windows_sandbox_service worktrees write_stdin_approval
  `),
  '0.169.0': names(`
    agent_message_board_mcp app_server_websocket_compression apps_early_resource_discovery
    async_compaction_root_only cli_resume_account_check code_mode_host_output_truncation
    command_sessions_world_state critical_path_timing daybreak_program_propagation
    executor_capability_discovery_v2 gateway_setup_wizard gcp_setup_wizard guardian_denial_reconsideration
    guardian_include_additional_context guardian_native_multi_agent_history guardian_recorded_items guardianv3
    hosted_search_policy image_generation_animation incremental_exec_tools incremental_tools_legacy
    incremental_tools_legacy_gcp interrupt_on_cancel mcp_connection_sharing mcp_lazy_stdio_startup
    mcp_tool_list_changed multi_env_copy_file omit_skill_descriptions plugin_discovery_prefetch
    prediction_preserve_parent_tools runtime_agent_instances simplified_selection_hints skill_catalog_deltas
    subagent_thread_environments suppress_model_change_announcements tui_extensions_statusline
    tui_multi_backend tui_workspace untrusted_as_tool_output wake_on_agent_messages
  `),
};

/** Pins of these do nothing any more; the tested clients still know the names. */
const removed = new Set(
  names(`
    apply_patch_freeform apply_patch_preserve_line_endings apps_mcp_path_override child_agents_md
    code_mode_buffered_exec code_mode_tool_description_first codex_git_commit codex_hooks collaboration_modes
    elevated_windows_sandbox enable_fanout experimental_windows_sandbox external_migration general_analytics
    guardian_ext guardianv2.thread_context image_detail_original imagegenext item_ids js_repl
    js_repl_tools_only local_thread_store_shared_compression multi_agent_mode personality
    plugin_discovery_prefetch plugin_hooks realtime_conversation remote_compaction_v2 remote_control
    remote_models request_rule resize_all_images responses_websockets responses_websockets_v2 search_tool
    send_async_message shell_zsh_fork skill_env_var_dependency_prompt sqlite stable_environment_tools steer
    terminal_resize_reflow tool_search tool_search_always_defer_mcp_tools transcript_v2 tui_app_server
    unavailable_dummy_tools undo unified_exec_zsh_fork use_linux_sandbox_bwrap workspace_owner_usage_nudge
    worktrees
  `),
);

const sinceVersion = new Map(
  Object.entries(newIn).flatMap(([version, features]) => features.map((feature) => [feature, version] as const)),
);

export const featureNames: readonly string[] = [...sinceVersion.keys()].filter((name) => !removed.has(name));

/** The first tested client that knows the feature; null when none does. */
export const featureSince = (name: string): string | null => sinceVersion.get(name) ?? null;

export const isRemovedFeature = (name: string): boolean => removed.has(name);

/** Clients since 0.163.0 refuse to start when these are pinned on: they need settings that a policy cannot give. */
export const needsSettings: ReadonlySet<string> = new Set(['rollout_budget']);

/** 0.120.0 refuses a feature pinned on without the one it builds on. */
export const buildsOn: Readonly<Record<string, string>> = { js_repl_tools_only: 'js_repl' };

export const features: Record<string, Shape> = {
  features: mapOf(flag('On or off.'), 'Features pinned on or off; members cannot change them.', {
    whenDisallowed:
      'The pinned value holds silently, also against `--enable` and `--disable`. A feature the client does not know is ignored with a warning; up to 0.12x it refuses to start, so Reeve leaves it out there.',
  }),
};
