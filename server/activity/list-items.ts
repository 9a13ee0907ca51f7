import { z } from 'zod';
import { activityKinds } from '#contract/activity-events.ts';
import { type ActivityItem, type EventFilter, type OwnKind, ownKinds } from '#contract/activity-list.ts';
import { type OwnEntry, ownEntriesBefore } from '#server/audit/index.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import type { Database } from '#server/db/open-database.ts';
import { type FirstDelivery, firstDeliveriesBefore } from '#server/policies/index.ts';
import { type ListedRow, listEvents, listThread, type Place } from './list-queries.ts';

export const itemOf = (row: ListedRow): ActivityItem => ({
  id: row.id,
  at: row.at.toISOString(),
  reportedAt: row.reported_at?.toISOString() ?? null,
  source: row.source,
  kind: row.kind,
  sentence: activityKinds[row.kind].sentence,
  member:
    row.member_id === null && row.member_label === null ? null : { id: row.member_id, label: row.member_label ?? '' },
  surface: row.surface,
  client: row.client,
  clientVersion: row.client_version,
  model: row.model,
  threadId: row.thread_id,
  turnId: row.turn_id,
  callId: row.call_id,
  tool: row.tool,
  decision: row.decision,
  decidedBy: row.decided_by,
  rule: row.rule,
  outcome: row.outcome,
  code: row.code,
  policyName: row.policy_name,
  durationMs: row.duration_ms,
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  costUsd: row.cost_usd,
  detail: row.detail,
});

const nothing = {
  reportedAt: null,
  source: 'reeve' as const,
  surface: null,
  client: null,
  clientVersion: null,
  model: null,
  threadId: null,
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
  outputTokens: null,
  costUsd: null,
};

const ofEntry = ({ id, at, event, sentence, actor, subject }: OwnEntry): ActivityItem => ({
  ...nothing,
  id,
  at: at.toISOString(),
  kind: 'reeve.changed',
  sentence,
  member: { id: actor.kind === 'member' ? actor.id : null, label: actor.label },
  detail: { event, ...(subject === null ? {} : { about: subject.label }) },
});

const ofDelivery = ({ id, at, policyName, revision, ...row }: FirstDelivery): ActivityItem => ({
  ...nothing,
  id,
  at: at.toISOString(),
  kind: 'policy.delivered',
  sentence: ownKinds['policy.delivered'].sentence,
  member: { id: row.memberId, label: row.memberEmail },
  client: row.client,
  clientVersion: row.clientVersion,
  policyName,
  detail: { ...(policyName === null ? {} : { version: revision }), form: row.form },
});

/** Filters that only what clients do can meet. */
const ofClients = ['surface', 'tool', 'decision', 'decidedBy', 'rule', 'threadId'] as const;

interface Wanted {
  clients: boolean;
  own: ReadonlySet<OwnKind>;
}

function wanted({ kind, source, ...filter }: EventFilter, mayRead: ReadonlySet<OwnKind>): Wanted {
  const isOwnKind = kind !== undefined && kind in ownKinds;
  const clients = source !== 'reeve' && !isOwnKind;
  const isAboutClients = ofClients.some((name) => filter[name] !== undefined);
  const isOwnWanted = (source === undefined || source === 'reeve') && !isAboutClients;
  const own = [...mayRead].filter((each) => isOwnWanted && (kind === undefined || kind === each));
  return { clients, own: new Set(own) };
}

const Position = z.tuple([z.iso.datetime(), z.string().max(500)]);

function placeOf(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null;
  const [at, id] = decodeCursor(cursor, Position);
  return { at: new Date(at), id };
}
const positionOf = ({ at, id }: ActivityItem) => [at, id];

const dateOf = (moment: string | undefined) => (moment === undefined ? undefined : new Date(moment));

/** Newest first; ids by their bytes, as the databases were asked. */
const isLater = (one: ActivityItem, other: ActivityItem): number =>
  one.at === other.at ? Buffer.compare(Buffer.from(other.id), Buffer.from(one.id)) : one.at < other.at ? 1 : -1;

interface Asked {
  filter: EventFilter;
  cursor: string | undefined;
  limit: number;
  /** Of Reeve’s own kinds, those the caller may read. */
  mayRead: ReadonlySet<OwnKind>;
}

/** A page of everything together: each table gives its newest, and the newest of those are the page. */
export async function listActivity(db: Database, workspaceId: string, { filter, cursor, limit, mayRead }: Asked) {
  const after = placeOf(cursor);
  const { clients, own } = wanted(filter, mayRead);
  const { memberId, search, from, to } = filter;
  const range = { after, memberId, search, from: dateOf(from), to: dateOf(to), limit: limit + 1 };
  const [events, entries, deliveries] = await Promise.all([
    clients ? listEvents(db, workspaceId, { filter, after, limit: limit + 1 }) : [],
    own.has('reeve.changed') ? ownEntriesBefore(db, workspaceId, range) : [],
    own.has('policy.delivered') ? firstDeliveriesBefore(db, workspaceId, range) : [],
  ]);
  const all = [...events.map(itemOf), ...entries.map(ofEntry), ...deliveries.map(ofDelivery)].sort(isLater);
  const { page, nextCursor } = cutPage(all, limit, positionOf);
  return { items: page, nextCursor };
}

export async function listThreadItems(
  db: Database,
  workspaceId: string,
  { threadId, cursor, limit }: { threadId: string; cursor: string | undefined; limit: number },
) {
  const rows = await listThread(db, workspaceId, { threadId, after: placeOf(cursor), limit: limit + 1 });
  const { page, nextCursor } = cutPage(rows.map(itemOf), limit, positionOf);
  return { items: page, nextCursor };
}
