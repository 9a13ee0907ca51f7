import type { ActivityEvent, ActivityKind } from '#contract/activity-events.ts';
import { countOf, type Params, timeOf, wordOf } from './wire.ts';

type Said = Partial<
  Pick<ActivityEvent, 'tool' | 'decision' | 'decidedBy' | 'outcome' | 'code' | 'durationMs' | 'model'>
>;

export interface KnownReport {
  kind: ActivityKind;
  /** What it is the same as, when others report it too; null: nobody else does. */
  isA: 'thread' | 'turn' | 'tool call' | 'review' | null;
  at: (params: Params) => Date | null;
  read: (params: Params) => Said;
  /** Beyond that: numbers and choices of the client, by our names. */
  detail: Readonly<Record<string, string>>;
}

const outcomes: Readonly<Record<string, ActivityEvent['outcome']>> = {
  completed: 'completed',
  succeeded: 'completed',
  failed: 'failed',
  error: 'failed',
  rejected: 'refused',
  denied: 'refused',
  declined: 'refused',
  interrupted: 'cancelled',
  cancelled: 'cancelled',
  aborted: 'cancelled',
};
const outcomeOf = (params: Params, key: string) => outcomes[wordOf(params, key)?.toLowerCase() ?? ''] ?? null;

/** As OpenTelemetry reports have it: `approved_for_session` → `approved-for-session`; `unknown` says nothing. */
const decisionOf = (params: Params, key: string): string | null => {
  const word = wordOf(params, key)?.toLowerCase().replaceAll('_', '-') ?? null;
  return word === 'unknown' ? null : word;
};

const deciders: Readonly<Record<string, string>> = { user: 'user', guardian: 'reviewer', config: 'config' };

const finished = (params: Params) => timeOf(params, 'completed_at_ms', { unitMs: 1 });
const finishedSeconds = (params: Params) => timeOf(params, 'completed_at', { unitMs: 1000 });

const tool = (nameOf: (params: Params) => string | null, detail: KnownReport['detail'] = {}): KnownReport => ({
  kind: 'tool.completed',
  isA: 'tool call',
  at: finished,
  read: (params) => ({
    tool: nameOf(params),
    outcome: outcomeOf(params, 'terminal_status'),
    decision: decisionOf(params, 'final_approval_outcome'),
    code: wordOf(params, 'failure_kind'),
    durationMs: countOf(params, 'duration_ms'),
    model: wordOf(params, 'model_slug'),
  }),
  detail: {
    execution_duration_ms: 'executionMs',
    user_review_count: 'userReviews',
    guardian_review_count: 'automaticReviews',
    requested_additional_permissions: 'askedForMore',
    requested_network_access: 'askedForNetwork',
    ...detail,
  },
});
const named = (params: Params) => wordOf(params, 'tool_name');
/** The client’s own word for the tool that the model calls `exec_command`. */
const commandTool = (params: Params) => (named(params) === 'unified_exec' ? 'exec_command' : named(params));

const review = (decider: (params: Params) => string | null): KnownReport => ({
  kind: 'review.completed',
  isA: 'review',
  at: finished,
  read: (params) => ({
    tool: wordOf(params, 'subject_name') ?? named(params),
    decision: decisionOf(params, 'resolution') ?? decisionOf(params, 'decision') ?? decisionOf(params, 'status'),
    decidedBy: decider(params),
    durationMs: countOf(params, 'duration_ms'),
    model: wordOf(params, 'model_slug'),
  }),
  detail: { subject_kind: 'subject', trigger: 'trigger', target_item_id: 'callId', risk_level: 'risk' },
});

/** Known to Reeve, and nothing more specific than that it was reported. */
const reported = (detail: KnownReport['detail'] = {}): KnownReport => ({
  kind: 'client.reported',
  isA: null,
  at: (params) => finished(params) ?? finishedSeconds(params),
  read: (params) => ({
    outcome: outcomeOf(params, 'status') ?? outcomeOf(params, 'terminal_status'),
    durationMs: countOf(params, 'duration_ms'),
    model: wordOf(params, 'model_slug') ?? wordOf(params, 'model'),
  }),
  detail,
});
const plugin = reported({ plugin_id: 'plugin', plugin_name: 'pluginName', marketplace_name: 'marketplace' });
const app = reported({ connector_id: 'connector', app_name: 'app', invocation_type: 'invocation' });

/** The usage events of stock clients (0.120 to 0.169). Everything else is counted as unknown. */
const known: Readonly<Record<string, KnownReport>> = {
  codex_thread_initialized: {
    kind: 'thread.started',
    isA: 'thread',
    at: (params) => timeOf(params, 'created_at', { unitMs: 1000 }),
    read: (params) => ({ model: wordOf(params, 'model') }),
    detail: {
      initialization_mode: 'began',
      thread_source: 'threadSource',
      subagent_source: 'helper',
      parent_thread_id: 'parentThread',
      forked_from_thread_id: 'forkedFrom',
      ephemeral: 'ephemeral',
    },
  },
  codex_turn_event: {
    kind: 'turn.completed',
    isA: 'turn',
    at: finishedSeconds,
    read: (params) => ({
      outcome: outcomeOf(params, 'status'),
      code: wordOf(params, 'codex_error_kind'),
      durationMs: countOf(params, 'duration_ms'),
      model: wordOf(params, 'model'),
    }),
    detail: {
      sandbox_policy: 'sandbox',
      approval_policy: 'approvals',
      approvals_reviewer: 'reviewer',
      reasoning_effort: 'effort',
      sandbox_network_access: 'network',
      is_first_turn: 'isFirst',
      num_input_images: 'images',
      steer_count: 'steers',
      total_tool_call_count: 'toolCalls',
      shell_command_count: 'commands',
      file_change_count: 'fileChanges',
      mcp_tool_call_count: 'mcpCalls',
      web_search_count: 'webSearches',
      sampling_request_count: 'modelCalls',
      sampling_retry_count: 'retries',
      sampling_ms: 'modelMs',
      tool_blocking_ms: 'toolMs',
    },
  },
  codex_command_execution_event: tool(commandTool, {
    command_execution_source: 'started',
    exit_code: 'exitCode',
    sandbox_backend: 'sandbox',
    command_total_action_count: 'actions',
    command_read_action_count: 'reads',
    command_search_action_count: 'searches',
  }),
  codex_file_change_event: tool(named, {
    file_change_count: 'files',
    file_add_count: 'added',
    file_update_count: 'updated',
    file_delete_count: 'deleted',
    file_move_count: 'moved',
  }),
  codex_mcp_tool_call_event: tool((params) => wordOf(params, 'mcp_tool_name') ?? named(params), {
    mcp_server_name: 'mcpServer',
    mcp_error_present: 'mcpError',
  }),
  codex_dynamic_tool_call_event: tool((params) => wordOf(params, 'dynamic_tool_name') ?? named(params)),
  codex_collab_agent_tool_call_event: tool(named),
  codex_web_search_event: tool((params) => named(params) ?? 'web_search', { web_search_action: 'action' }),
  codex_image_generation_event: tool((params) => named(params) ?? 'image_generation'),
  codex_review_event: review((params) => deciders[wordOf(params, 'reviewer') ?? ''] ?? wordOf(params, 'reviewer')),
  codex_guardian_review: review(() => 'reviewer'),
  codex_turn_steer_event: reported({ result: 'result', num_input_images: 'images' }),
  codex_hook_run: reported({ hook_name: 'hook', hook_source: 'from' }),
  codex_compaction_event: reported({ trigger: 'trigger', reason: 'reason', implementation: 'implementation' }),
  codex_goal_event: reported({ event_kind: 'what', goal_status: 'goal' }),
  codex_app_mentioned: app,
  codex_app_used: app,
  codex_plugin_used: plugin,
  codex_plugin_installed: plugin,
  codex_plugin_uninstalled: plugin,
  codex_plugin_enabled: plugin,
  codex_plugin_disabled: plugin,
  skill_invocation: reported({ skill_name: 'skill', skill_scope: 'scope', invoke_type: 'invocation' }),
  codex_accepted_line_fingerprints: reported({
    accepted_added_lines: 'addedLines',
    accepted_deleted_lines: 'deletedLines',
  }),
};
export const knownReports: ReadonlyMap<string, KnownReport> = new Map(Object.entries(known));
