import type { CodexSurface } from './codex-surfaces.ts';

/** Where an event was seen. The gateway cannot be switched off by a member; the other two are a client's own word. */
export const activitySources = {
  gateway: 'Reeve’s model gateway',
  otel: 'the client’s OpenTelemetry',
  'client-events': 'the client’s usage events',
} as const;
export type ActivitySource = keyof typeof activitySources;

/** Every kind of activity event, with the sentence of the console. Tokens and cost stand on `model.call` only, so that nothing counts twice. */
export const activityKinds = {
  'model.call': { sentence: 'A model call ended, or was refused.' },
  'thread.started': { sentence: 'A thread was started.' },
  'turn.completed': { sentence: 'A turn ended, as the client reports it.' },
  'prompt.sent': { sentence: 'Somebody sent a prompt.' },
  'response.received': { sentence: 'The model answered.' },
  'tool.suggested': { sentence: 'The model asked for a tool.' },
  'tool.decided': { sentence: 'A tool call was approved or denied.' },
  'tool.completed': { sentence: 'A tool call ended.' },
  'sandbox.decided': { sentence: 'The sandbox stopped a command or let it out.' },
  'network.decided': { sentence: 'The client’s network proxy allowed or denied a connection.' },
  'review.completed': { sentence: 'An automatic reviewer decided about an action.' },
  'client.reported': { sentence: 'The client reported something else; `detail.name` says what.' },
} as const;
export type ActivityKind = keyof typeof activityKinds;
export const activityKindNames = Object.keys(activityKinds) as [ActivityKind, ...ActivityKind[]];

/** Which task that Reeve hosts something happened in. */
export interface HostedIn {
  attemptId: string;
  taskId: string;
  environmentId: string | null;
}

/** One thing that happened. Holds no content: prompts, answers, arguments and output are kept beside it, sealed, and only if the workspace says so. */
export interface ActivityEvent {
  workspaceId: string;
  /** What makes it the same event when it is reported twice, also by another source: for example `tool.completed`, thread and call id. */
  sameAs: readonly string[];
  kind: ActivityKind;
  source: ActivitySource;
  /** When it happened by the reporter's clock. */
  reportedAt: Date;
  memberId: string | null;
  /** The e-mail address then. */
  memberLabel: string | null;
  surface: CodexSurface;
  /** As the credential proves, never what is reported. Absent: on somebody’s own machine. */
  hosted?: HostedIn | undefined;
  /** The client's own name, such as `codex_exec`. */
  client: string | null;
  clientVersion: string | null;
  model: string | null;
  threadId: string | null;
  turnId: string | null;
  callId: string | null;
  tool: string | null;
  /** `approved`, `approved-for-session`, `denied`, `forbidden`, `allow`, `ask`, … */
  decision: string | null;
  /** Who decided: `policy`, `config`, `user`, `reviewer`. */
  decidedBy: string | null;
  /** The rule that decided, as in the address of its explanation (`/why/<policy>.<version>.<rule>`): `12.3.1`. */
  rule: string | null;
  outcome: 'completed' | 'failed' | 'refused' | 'cancelled' | null;
  /** A refusal's or an error's code. */
  code: string | null;
  policyName: string | null;
  durationMs: number | null;
  inputTokens: number | null;
  /** Part of `inputTokens`. */
  cachedInputTokens: number | null;
  /** Reasoning included. */
  outputTokens: number | null;
  reasoningTokens: number | null;
  costUsd: number | null;
  /** In the workspace's credits, as of the price at that time. */
  credits: number | null;
  /** What has no column: names, counts, sizes. Never content. */
  detail: Readonly<Record<string, unknown>>;
}
