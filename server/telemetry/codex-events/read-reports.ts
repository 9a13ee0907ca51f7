import { hash } from 'node:crypto';
import type { ActivityEvent, HostedIn } from '#contract/activity-events.ts';
import { sameAs, surfaceOfEvent } from '#server/activity/index.ts';
import { type KnownReport, knownReports } from './known-reports.ts';
import { countOf, type Params, type ReportedEvent, wordOf } from './wire.ts';

/** Who reports: what the credential says, never what is reported. */
export interface Reporter {
  workspaceId: string;
  memberId: string | null;
  email: string | null;
  userAgent: string | null;
  hosted?: HostedIn | undefined;
}

export interface ReadReport {
  event: ActivityEvent;
  /** The name of an event that Reeve does not know. */
  unknownName: string | null;
}

const nothingKnown = {
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

const paramsIn = (params: Params, key: string): Params => {
  const value = params[key];
  return typeof value === 'object' && value !== null ? (value as Params) : {};
};

function clientOf(params: Params, { userAgent }: Reporter): { client: string | null; clientVersion: string | null } {
  const said = paramsIn(params, 'app_server_client');
  const [, name, version] = /^([\w. -]{1,60})\/(\d[\w.+-]{0,39})/.exec(userAgent ?? '') ?? [];
  return {
    client: wordOf(said, 'product_client_id') ?? wordOf(params, 'product_client_id') ?? name ?? null,
    clientVersion:
      wordOf(paramsIn(params, 'runtime'), 'codex_rs_version') ?? wordOf(said, 'client_version') ?? version ?? null,
  };
}

function readDetail(params: Params, names: KnownReport['detail']): Record<string, unknown> {
  const found = Object.entries(names).map(([key, name]) => {
    const value = params[key];
    return [name, typeof value === 'boolean' ? value : (countOf(params, key) ?? wordOf(params, key))] as const;
  });
  return Object.fromEntries(found.filter(([, value]) => value !== null));
}

/** Names that Reeve does not know are a client’s, as long as they look like its names. */
const nameOf = ({ event_type: type }: ReportedEvent) => (/^[a-z][a-z0-9_.]{0,79}$/.test(type) ? type : 'unreadable');

/** What nobody else reports is the same as itself alone, also when it is sent again. */
const ownIdentity = (report: ReportedEvent, { memberId }: Reporter) => [
  memberId ?? '',
  hash('sha256', JSON.stringify(report), 'base64url'),
];

function identityOf(known: KnownReport | undefined, params: Params): readonly string[] | null {
  const thread = wordOf(params, 'thread_id');
  const turn = wordOf(params, 'turn_id');
  const item = wordOf(params, 'item_id');
  const review = wordOf(params, 'review_id');
  if (!known?.isA || thread === null) return null;
  if (known.isA === 'thread') return sameAs.thread(thread);
  if (known.isA === 'turn') return turn === null ? null : sameAs.turn(thread, turn);
  if (known.isA === 'review') return review === null ? null : sameAs.review(thread, review);
  return item === null ? null : sameAs.toolCall(thread, item);
}

/** What a client reported, as an event. Sentences of whatever kind are left out: only names, choices and numbers are read. */
export function readReport(report: ReportedEvent, reporter: Reporter, receivedAt: Date): ReadReport {
  const { event_params: params } = report;
  const name = nameOf(report);
  const known = knownReports.get(name);
  const who = clientOf(params, reporter);
  const isOfAKind = known !== undefined && known.kind !== 'client.reported';
  const event: ActivityEvent = {
    ...nothingKnown,
    ...who,
    workspaceId: reporter.workspaceId,
    memberId: reporter.memberId,
    memberLabel: reporter.email,
    source: 'client-events',
    kind: known?.kind ?? 'client.reported',
    sameAs: identityOf(known, params) ?? ownIdentity(report, reporter),
    // What says neither when nor in which thread gets 1970, which nobody believes, so that a repeated report stays the same.
    reportedAt: known?.at(params) ?? (wordOf(params, 'thread_id') === null ? new Date(0) : receivedAt),
    surface: surfaceOfEvent(who.client, { isHosted: reporter.hosted !== undefined }),
    hosted: reporter.hosted,
    model: null,
    threadId: wordOf(params, 'thread_id'),
    turnId: wordOf(params, 'turn_id'),
    callId: wordOf(params, 'item_id'),
    ...known?.read(params),
    detail: { ...(isOfAKind ? {} : { name }), ...(known ? readDetail(params, known.detail) : {}) },
  };
  return { event, unknownName: known ? null : name };
}
