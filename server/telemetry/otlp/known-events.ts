import type { ActivityEvent, ActivityKind } from '#contract/activity-events.ts';
import { type Attributes, contentOf, countOf, flagOf, textOf } from './reported-log.ts';

type Said = Partial<
  Pick<ActivityEvent, 'callId' | 'tool' | 'decision' | 'decidedBy' | 'outcome' | 'code' | 'durationMs' | 'detail'>
>;

export interface KnownEvent {
  kind: ActivityKind;
  /** What it is the same as, when others report it too; null: nobody else does. */
  isA: 'thread' | 'tool call' | null;
  /** What it says beyond who, when and where. Never content: prompts, arguments and output have their own way. */
  read(attributes: Attributes): Said;
}

/** Names as columns have them: `approved_for_session` → `approved-for-session`, `AutomatedReviewer` → `automated-reviewer`. */
const written = (text: string | null): string | null =>
  text
    ?.replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase() ?? null;

const deciders: Readonly<Record<string, string>> = { 'automated-reviewer': 'reviewer' };
const deciderOf = (source: string | null): string | null => (source === null ? null : (deciders[source] ?? source));

/** Of these attributes, those that are there, under our names. */
function facts(
  attributes: Attributes,
  names: Readonly<Record<string, string>>,
): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) => {
      const value = attributes.get(key);
      return value === undefined || value === ''
        ? []
        : [[name, typeof value === 'string' ? value.slice(0, 200) : value]];
    }),
  );
}

const tool = (attributes: Attributes): Said => ({
  tool: textOf(attributes, 'tool_name'),
  callId: textOf(attributes, 'call_id'),
});

const outcomeOf = (attributes: Attributes): ActivityEvent['outcome'] => {
  const success = flagOf(attributes, 'success');
  return success === null ? null : success ? 'completed' : 'failed';
};

/** Something that happened in the client and is nothing else Reeve has a kind for. */
const reported = (names: Readonly<Record<string, string>>): KnownEvent => ({
  kind: 'client.reported',
  isA: null,
  read: (attributes) => ({
    durationMs: countOf(attributes, 'duration_ms'),
    outcome: outcomeOf(attributes),
    detail: facts(attributes, names),
  }),
});

const request = { endpoint: 'endpoint', 'http.response.status_code': 'status', attempt: 'attempt' };
const plugin = {
  'plugin_install.tool_type': 'toolType',
  'plugin_install.tool_id': 'toolId',
  'plugin_install.response_action': 'action',
};

/** The log records of stock clients (0.120 to 0.169). Everything else is counted as unknown. */
const known: Readonly<Record<string, KnownEvent>> = {
  'codex.conversation_starts': {
    kind: 'thread.started',
    isA: 'thread',
    read: (attributes) => ({
      detail: facts(attributes, {
        provider_name: 'provider',
        approval_policy: 'approvalPolicy',
        sandbox_policy: 'sandboxPolicy',
        reasoning_effort: 'reasoningEffort',
        mcp_servers: 'mcpServers',
      }),
    }),
  },
  // The gateway sees the message itself and the answer; these name neither, and would count them twice as `prompt.sent` and so on.
  'codex.user_prompt': reported({ prompt_length: 'characters' }),
  'codex.sse_event': {
    ...reported({}),
    read: (attributes) => ({
      durationMs: countOf(attributes, 'duration_ms'),
      outcome: attributes.has('error.message') ? 'failed' : 'completed',
      // The gateway counts tokens; the client's own figures stand beside.
      detail: facts(attributes, {
        input_token_count: 'inputTokens',
        cached_token_count: 'cachedInputTokens',
        output_token_count: 'outputTokens',
        reasoning_token_count: 'reasoningTokens',
        'event.kind': 'end',
      }),
    }),
  },
  'codex.tool_decision': {
    kind: 'tool.decided',
    isA: 'tool call',
    read: (attributes) => ({
      ...tool(attributes),
      decision: written(textOf(attributes, 'decision')),
      decidedBy: deciderOf(written(textOf(attributes, 'source'))),
    }),
  },
  'codex.tool_result': {
    kind: 'tool.completed',
    isA: 'tool call',
    read: (attributes) => ({
      ...tool(attributes),
      outcome: outcomeOf(attributes),
      durationMs: countOf(attributes, 'duration_ms'),
      detail: {
        ...facts(attributes, { mcp_server: 'mcpServer', mcp_server_origin: 'mcpServerOrigin', agent_name: 'agent' }),
        argumentCharacters: contentOf(attributes, 'arguments')?.length ?? 0,
        outputCharacters: contentOf(attributes, 'output')?.length ?? 0,
      },
    }),
  },
  'codex.sandbox_outcome': {
    kind: 'sandbox.decided',
    isA: 'tool call',
    read: (attributes) => ({
      ...tool(attributes),
      decision: written(textOf(attributes, 'outcome')),
      durationMs: countOf(attributes, 'initial_duration_ms'),
      detail: facts(attributes, { escalated_duration_ms: 'escalatedMs' }),
    }),
  },
  'codex.network_proxy.policy_decision': {
    kind: 'network.decided',
    isA: null,
    read: (attributes) => ({
      decision: written(textOf(attributes, 'network.policy.decision')),
      decidedBy: textOf(attributes, 'network.policy.source') === 'decider' ? 'user' : 'policy',
      detail: facts(attributes, {
        'network.policy.scope': 'scope',
        'network.policy.source': 'source',
        'network.policy.reason': 'reason',
        'network.transport.protocol': 'protocol',
        'http.request.method': 'method',
        'server.address': 'host',
        'server.port': 'port',
      }),
    }),
  },
  'codex.api_request': reported(request),
  'codex.websocket_connect': reported(request),
  'codex.websocket_event': reported({ 'event.kind': 'end' }),
  'codex.websocket_request': reported({}),
  'codex.auth_recovery': reported({ 'auth.step': 'step', 'auth.outcome': 'result', 'auth.mode': 'mode' }),
  'codex.startup_phase': reported({ 'startup.phase': 'phase', 'startup.status': 'status' }),
  'codex.turn_ttft': reported({}),
  'codex.plugin_install_elicitation_sent': reported(plugin),
  'codex.plugin_install_suggestion': reported(plugin),
};
export const knownEvents: ReadonlyMap<string, KnownEvent> = new Map(Object.entries(known));

const isEnd = (attributes: Attributes): boolean => {
  const kind = attributes.get('event.kind');
  // An end comes twice; only the second tells what was used.
  if (kind === 'response.completed') return attributes.has('input_token_count');
  return kind === 'response.failed' || kind === 'response.incomplete' || attributes.has('error.message');
};

/** Whether a record is a piece of a stream: one for each word of an answer, saying nothing that its end does not. */
export const isStreamPiece = (name: string, attributes: Attributes): boolean =>
  (name === 'codex.sse_event' || name === 'codex.websocket_event') && !isEnd(attributes);
