import type { ActivityEvent, HostedIn } from '#contract/activity-events.ts';
import { type ContentParts, sameAs, surfaceOfEvent } from '#server/activity/index.ts';
import { commandLineOf } from '#server/policies/index.ts';
import { isStreamPiece, type KnownEvent, knownEvents } from './known-events.ts';
import { boundedText, contentOf, type ReportedLog, textOf, timeOf } from './reported-log.ts';

/** Who reports: what the token says, never what is reported. */
export interface Reporter {
  workspaceId: string;
  memberId: string;
  email: string;
  hosted?: HostedIn | undefined;
}

/** What one record is. */
export interface ReadLog {
  event: ActivityEvent;
  content: ContentParts;
  /** The name of an event that Reeve does not know. */
  unknownName: string | null;
  /** What the client gave the model in place of a tool’s output, and of which command: to find out who stopped it. */
  stopped: { said: string; commandLine: string | null } | null;
}

const nothingKnown = {
  turnId: null,
  callId: null,
  tool: null,
  decision: null,
  decidedBy: null,
  rule: null,
  outcome: null,
  code: null,
  policyName: null,
  durationMs: null,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  costUsd: null,
  credits: null,
} as const;

const contentParts = ['prompt', 'arguments', 'output'] as const;

/** Members' own lines in the client's log have no `event.name`; OTLP's name of them is the place in the client's source. */
const nameOf = ({ attributes, eventName }: ReportedLog): string =>
  textOf(attributes, 'event.name') ?? (boundedText(eventName) || 'without a name');

/**
 * What makes a record the same when the client sends it again: everything that is no content. `nth` tells apart those of one request
 * that are alike.
 */
function ownIdentity(log: ReportedLog, reporter: Reporter, name: string) {
  const said = ['conversation.id', 'event.timestamp', 'event.kind', 'call_id', 'attempt', 'endpoint', 'startup.phase'];
  const parts = said.map((key) => textOf(log.attributes, key) ?? '');
  return [reporter.memberId, name, log.timeNano, log.observedNano, ...parts];
}

function identityOf(known: KnownEvent | undefined, log: ReportedLog): readonly string[] | null {
  const thread = textOf(log.attributes, 'conversation.id');
  const call = textOf(log.attributes, 'call_id');
  if (!known || thread === null) return null;
  if (known.isA === 'thread') return sameAs.thread(thread);
  return known.isA === 'tool call' && call !== null ? sameAs.toolCall(thread, call) : null;
}

function contentParted({ attributes }: ReportedLog): ContentParts {
  const found = contentParts.flatMap((name) => {
    const text = contentOf(attributes, name);
    return text === null || (name === 'prompt' && text === '[REDACTED]') ? [] : [[name, text] as const];
  });
  return Object.fromEntries(found);
}

/** Reads the records of one request. Pieces of a stream are left out; they say nothing that its end does not. */
export function readLogs(logs: readonly ReportedLog[], reporter: Reporter): ReadLog[] {
  const seen = new Map<string, number>();
  return logs.flatMap((log) => {
    const name = nameOf(log);
    if (isStreamPiece(name, log.attributes)) return [];
    const known = knownEvents.get(name);
    const shared = identityOf(known, log);
    if (shared) return [readLog(log, reporter, { name, known, sameAs: shared })];
    const own = ownIdentity(log, reporter, name);
    const key = own.join('\n');
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return [readLog(log, reporter, { name, known, sameAs: [...own, String(nth)] })];
  });
}

function readLog(
  log: ReportedLog,
  { workspaceId, memberId, email, hosted }: Reporter,
  { name, known, sameAs: identity }: { name: string; known: KnownEvent | undefined; sameAs: readonly string[] },
): ReadLog {
  const { attributes, resource } = log;
  const client = textOf(attributes, 'originator') ?? textOf(resource, 'service.name');
  const content = known ? contentParted(log) : {};
  const event: ActivityEvent = {
    ...nothingKnown,
    workspaceId,
    sameAs: identity,
    kind: known?.kind ?? 'client.reported',
    source: 'otel',
    reportedAt: timeOf(log),
    memberId,
    memberLabel: email,
    surface: surfaceOfEvent(client, { isHosted: hosted !== undefined }),
    hosted,
    client,
    clientVersion: textOf(attributes, 'app.version') ?? textOf(resource, 'service.version'),
    model: textOf(attributes, 'model'),
    threadId: textOf(attributes, 'conversation.id'),
    detail: known && known.kind !== 'client.reported' ? {} : { name },
  };
  const said = known?.read(attributes) ?? {};
  const detail = { ...event.detail, ...said.detail };
  const stopped =
    known?.kind === 'tool.completed' && said.outcome === 'failed' && content.output !== undefined
      ? { said: content.output, commandLine: content.arguments === undefined ? null : commandLineOf(content.arguments) }
      : null;
  return { event: { ...event, ...said, detail }, content, unknownName: known ? null : name, stopped };
}
