import { type Insertable, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import type { Tables } from '#server/db/tables.ts';
import type { EventRow } from './event-row.ts';

/** NUL is no text to PostgreSQL, nor is half of a surrogate pair. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '') : value;

const columns = [
  'workspace_id',
  'id',
  'at',
  'received_at',
  'reported_at',
  'source',
  'kind',
  'member_id',
  'member_label',
  'surface',
  'client',
  'client_version',
  'model',
  'thread_id',
  'turn_id',
  'call_id',
  'tool',
  'decision',
  'decided_by',
  'rule',
  'outcome',
  'code',
  'policy_name',
  'duration_ms',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_usd',
  'credits',
  'detail',
  'attempt_id',
  'task_id',
  'environment_id',
] as const satisfies readonly (keyof EventRow)[];

/** How JSON writes both. Looking for them in the text costs a tenth of looking at each value; they are rare. */
const unstorable = /\\u(?:0000|d[89a-f])/;

/** Half of the columns of most events are empty; left out, they are neither written nor read again. */
function withoutNulls(row: EventRow): Partial<EventRow> {
  const held: Record<string, unknown> = {};
  for (const name of columns) if (row[name] !== null) held[name] = row[name];
  return held;
}

function jsonOf(rows: readonly EventRow[]): string {
  const held = rows.map(withoutNulls);
  const text = JSON.stringify(held);
  return unstorable.test(text) ? JSON.stringify(held, storable) : text;
}

/** What of the first report stays as it is; `detail` is merged. */
const staying: ReadonlySet<keyof EventRow> = new Set([
  'workspace_id',
  'id',
  'at',
  'received_at',
  'reported_at',
  'source',
  'kind',
  'surface',
  'detail',
  // Whoever reports first says where it was: nobody moves another’s event into a task.
  'attempt_id',
  'task_id',
  'environment_id',
]);
/** What a second report of the same event may add to the first. */
const filled = columns.filter((name) => !staying.has(name));

/** An event as it stands now. */
export interface WrittenRow extends Pick<EventRow, 'workspace_id' | 'id' | 'at' | 'member_id'> {
  /** Whether this report said first whose it is. */
  was_nobodys: boolean;
}

/** A call that was given up because its process was gone may still have come to its end. */
const otherEnd = sql`(e.kind = 'model.call' and excluded.source = 'gateway' and excluded.outcome is not null and excluded.outcome is distinct from e.outcome)`;

/** Changed (a new row has no `xmax`), and what stood there before the statement, which is what a query within it sees, had not this member. */
const wasNobodys = sql`case when e.xmax = 0 or e.member_id is null then false else not exists (
  select from activity_events b where b.workspace_id = e.workspace_id and b.id = e.id and b.member_id = e.member_id) end`;

/** Nobody adds to what another member did. */
const sameMember = sql`(e.member_id is null or excluded.member_id is null or e.member_id = excluded.member_id)`;

const fillOf = (name: (typeof filled)[number]) =>
  name === 'outcome'
    ? sql`outcome = case when ${otherEnd} then excluded.outcome else coalesce(e.outcome, excluded.outcome) end`
    : sql`${sql.ref(name)} = coalesce(e.${sql.ref(name)}, excluded.${sql.ref(name)})`;

/**
 * Writes events; those that are there already only get what they lack, and a larger `detail.times`. A changed one gets a new number, so that whoever reads by arrival
 * sees it again. As one JSON value, because a parameter for every column of every row costs about twice as much.
 * @returns those that are new or changed
 */
export async function saveEvents(tx: Database, rows: readonly EventRow[]): Promise<WrittenRow[]> {
  const names = sql.join(columns.map((name) => sql.ref(name)));
  const lacks = filled.map((name) => sql`(e.${sql.ref(name)} is null and excluded.${sql.ref(name)} is not null)`);
  // A count that grew, such as of refusals that repeat.
  const isMore = sql`(excluded.detail -> 'times') > coalesce(e.detail -> 'times', '1')`;
  const times = sql`case when ${isMore} then jsonb_build_object('times', excluded.detail -> 'times') else '{}' end`;
  const { rows: written } = await sql<WrittenRow>`
    insert into activity_events as e (${names})
    select ${names} from json_populate_recordset(null::activity_events, ${jsonOf(rows)}::json)
    on conflict (workspace_id, id) do update
      set ${sql.join(filled.map(fillOf))}, detail = excluded.detail || e.detail || ${times}, seq = default
      where ${sameMember} and (${sql.join(lacks, sql` or `)} or ${isMore} or ${otherEnd})
    returning e.workspace_id, e.id, e.at, e.member_id, ${wasNobodys} as was_nobodys`.execute(tx);
  return written;
}

/** Notes the hours to count again: every report for itself, so that one that commits while its hour is counted is not forgotten. */
export async function markDue(
  tx: Database,
  rows: readonly Pick<EventRow, 'workspace_id' | 'at' | 'member_id'>[],
  since: Date,
): Promise<void> {
  const hours = new Map<string, { workspace_id: string; hour: string; member_id: string; since: Date }>();
  for (const { workspace_id, at, member_id } of rows) {
    const hour = `${at.toISOString().slice(0, 13)}:00:00.000Z`;
    const due = { workspace_id, hour, member_id: member_id ?? '', since };
    hours.set(JSON.stringify([workspace_id, hour, due.member_id]), due);
  }
  await sql`insert into activity_due (workspace_id, hour, member_id, since)
    select workspace_id, hour, member_id, since
    from json_populate_recordset(null::activity_due, ${JSON.stringify([...hours.values()])}::json)`.execute(tx);
}

/**
 * What was kept of an event first, stays: a second report of it says the same. Content hangs on an event of the same member alone. As one
 * JSON value, because PostgreSQL takes no more than 65,535 parameters.
 */
export async function saveContent(
  tx: Database,
  rows: readonly Insertable<Tables['activity_content']>[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql`insert into activity_content (workspace_id, event_id, member_id, sealed, kept_at)
    select c.workspace_id, c.event_id, c.member_id, c.sealed, c.kept_at
    from json_populate_recordset(null::activity_content, ${JSON.stringify(rows)}::json) c
    join activity_events e on e.workspace_id = c.workspace_id and e.id = c.event_id
      and e.member_id is not distinct from c.member_id
    on conflict do nothing`.execute(tx);
}

export const listContent = (db: Database, workspaceId: string, eventIds: readonly string[]) =>
  db
    .selectFrom('activity_content')
    .select(['event_id', 'sealed'])
    .where('workspace_id', '=', workspaceId)
    .where('event_id', 'in', [...eventIds])
    .execute();
/** @returns when those events happened, and whose they are */
export async function saveCosts(
  tx: Database,
  workspaceId: string,
  costs: readonly { id: string; costUsd: number | null; credits: number | null }[],
): Promise<Pick<EventRow, 'at' | 'member_id'>[]> {
  const { rows } = await sql<Pick<EventRow, 'at' | 'member_id'>>`
    update activity_events e set cost_usd = n."costUsd", credits = n.credits
    from json_to_recordset(${JSON.stringify(costs)}::json) as n (id text, "costUsd" double precision, credits double precision)
    where e.workspace_id = ${workspaceId} and e.id = n.id
    returning e.at, e.member_id`.execute(tx);
  return rows;
}
