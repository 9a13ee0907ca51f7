import { type RawBuilder, sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';
import {
  differs,
  distinctByLeaf,
  distinctNames,
  leaf,
  memberFigures,
  overwritten,
  refs,
  summed,
  sums,
} from './figures.ts';

/** A member's time to count again. `memberId` '': calls of nobody known. */
export interface Span {
  memberId: string;
  starts: Date;
  ends: Date;
}
export interface DaySpan extends Span {
  zone: string;
  day: string;
}

const asked = (spans: readonly (Span | DaySpan)[]): RawBuilder<unknown> => {
  const rows = spans.map(({ memberId, ...span }) => ({ member_id: memberId, ...span }));
  return sql`select * from json_to_recordset(${JSON.stringify(rows)}::json)
    as a (member_id text, zone text, day date, starts timestamptz, ends timestamptz)`;
};

/** The events of each span: a subquery of its own, because there is an index for exactly that. */
const eventsOf = (workspaceId: string, kinds: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  lateral (
    select * from activity_events e
    where e.workspace_id = ${workspaceId} and e.member_id = a.member_id and e.at >= a.starts and e.at < a.ends and ${kinds}
    union all
    select * from activity_events e
    where a.member_id = '' and e.workspace_id = ${workspaceId} and e.member_id is null and e.at >= a.starts and e.at < a.ends
      and ${kinds}
  ) e`;

const wasLetIn = sql`outcome is distinct from 'refused'`;

/** Every figure of the leaves of `calls`, by the bucket's columns. */
function countCalls(bucket: readonly string[]): RawBuilder<unknown> {
  const key = [...bucket, ...leaf];
  const distinct = (name: 'threads' | 'turns', thing: RawBuilder<unknown>) =>
    distinctByLeaf(name, {
      bucket,
      from: sql`select distinct ${refs(key)}, ${thing} as thing from calls where ${wasLetIn} and ${thing} is not null`,
    });
  const none = (name: 'threads' | 'turns') =>
    sql.join(distinctNames(name).map((column) => sql`coalesce(${sql.ref(column)}, 0) as ${sql.ref(column)}`));
  return sql`select ${refs(key)}, ${refs(sums)}, ${none('threads')}, ${none('turns')} from (
      select ${refs(key)},
        count(*) filter (where ${wasLetIn}) as calls,
        count(*) filter (where outcome = 'failed') as failed_calls,
        count(*) filter (where outcome = 'refused') as refused_calls,
        count(*) filter (where ${wasLetIn} and cost_usd is null) as unpriced_calls,
        coalesce(sum(input_tokens), 0) as input_tokens,
        coalesce(sum(cached_input_tokens), 0) as cached_input_tokens,
        coalesce(sum(output_tokens), 0) as output_tokens,
        coalesce(sum(reasoning_tokens), 0) as reasoning_tokens,
        coalesce(sum(credits), 0) as credits,
        coalesce(sum(cost_usd), 0) as cost_usd
      from calls group by ${refs(key)}) figures
    left join (${distinct('threads', sql`thread_id`)}) threads using (${refs(key)})
    left join (${distinct('turns', sql`coalesce(thread_id, '') || ' ' || turn_id`)}) turns using (${refs(key)})`;
}

interface MemberTable {
  table: 'usage_days' | 'usage_hours';
  bucket: readonly string[];
  /** What a call's bucket is, from its span `a` and the event `e`. */
  of: RawBuilder<unknown>;
  /** Whether a row `t` lies in the span `a`. */
  isIn: RawBuilder<unknown>;
}

const days: MemberTable = {
  table: 'usage_days',
  bucket: ['zone', 'day', 'member_id'],
  of: sql`a.zone, a.day, a.member_id`,
  isIn: sql`t.zone = a.zone and t.day = a.day and t.member_id = a.member_id`,
};
const hours: MemberTable = {
  table: 'usage_hours',
  bucket: ['member_id', 'hour'],
  of: sql`a.member_id, date_trunc('hour', e.at, 'UTC') as hour`,
  isIn: sql`t.member_id = a.member_id and t.hour >= a.starts and t.hour < a.ends`,
};

/** Puts what the events say in the place of what was counted before, in one statement. */
async function replaceSpans(
  tx: Database,
  { table, bucket, of, isIn }: MemberTable,
  { workspaceId, spans }: { workspaceId: string; spans: readonly Span[] },
): Promise<void> {
  const key = [...bucket, ...leaf];
  const isSame = sql.join(
    key.map((column) => sql`c.${sql.ref(column)} = t.${sql.ref(column)}`),
    sql` and `,
  );
  await sql`with asked as materialized (${asked(spans)}),
    calls as materialized (
      select ${of}, e.surface, coalesce(e.client, '') as client, coalesce(e.model, '') as model, e.thread_id, e.turn_id, e.outcome,
        e.input_tokens, e.cached_input_tokens, e.output_tokens, e.reasoning_tokens, e.credits, e.cost_usd
      from asked a, ${eventsOf(workspaceId, sql`e.kind = 'model.call'`)}),
    counted as materialized (${countCalls(bucket)}),
    gone as (
      delete from ${sql.table(table)} t using asked a
      where t.workspace_id = ${workspaceId} and ${isIn} and not exists (select from counted c where ${isSame}))
    insert into ${sql.table(table)} as t (workspace_id, ${refs(key)}, ${refs(memberFigures)})
    select ${workspaceId}, ${refs(key)}, ${refs(memberFigures)} from counted
    on conflict (workspace_id, ${refs(key)}) do update set ${overwritten(memberFigures)}
      where ${differs(memberFigures)}`.execute(tx);
}

export const countDays = (tx: Database, workspaceId: string, spans: readonly DaySpan[]) =>
  replaceSpans(tx, days, { workspaceId, spans });

/** Spans begin and end at full hours, UTC. */
export const countHours = (tx: Database, workspaceId: string, spans: readonly Span[]) =>
  replaceSpans(tx, hours, { workspaceId, spans });

const markKey = ['what', 'name', 'tool', 'decided_by', 'rule', 'policy_name', ...leaf] as const;
const markFigures = ['times', 'failed', 'duration_ms', 'timed'] as const;

/** Decisions that let nothing happen. */
const denials = ['denied', 'forbidden', 'deny', 'blocked'];

/** A tool call that ran. One that was stopped before is a decision, and reported as a tool call that ended refused. */
const isRun = sql`(e.kind = 'tool.completed' and e.outcome is distinct from 'refused')`;

/** Kinds that are only counted. A reviewer's finding is left out: the decision that follows from it comes as one of its own. */
const markKinds = sql`(e.kind in ('tool.completed', 'tool.decided', 'sandbox.decided', 'network.decided')
  or (e.kind = 'model.call' and e.outcome = 'refused'))`;

export async function countMarks(tx: Database, workspaceId: string, spans: readonly DaySpan[]): Promise<void> {
  const key = ['zone', 'day', 'member_id', ...markKey];
  const isSame = sql.join(
    key.map((column) => sql`c.${sql.ref(column)} = t.${sql.ref(column)}`),
    sql` and `,
  );
  await sql`with asked as materialized (${asked(spans)}),
    marks as (
      select a.zone, a.day, a.member_id, e.surface, coalesce(e.client, '') as client, coalesce(e.model, '') as model,
        case when e.kind = 'model.call' then 'refusal' when ${isRun} then 'tool' else 'decision' end as what,
        coalesce(case when e.kind = 'model.call' then e.code when ${isRun} then e.tool else e.decision end, '') as name,
        case when e.kind = 'sandbox.decided' then 'sandbox' when e.kind = 'network.decided' then 'network'
          when e.kind = 'model.call' or ${isRun} then '' else coalesce(e.tool, '') end as tool,
        case when ${isRun} then '' else coalesce(e.decided_by, '') end as decided_by,
        case when ${isRun} then '' else coalesce(e.rule, '') end as rule,
        case when ${isRun} then '' else coalesce(e.policy_name, '') end as policy_name,
        (case when ${isRun} then e.outcome = 'failed' else e.outcome = 'refused' or e.decision in (${sql.join(denials)}) end)::integer as failed,
        e.duration_ms
      from asked a, ${eventsOf(workspaceId, markKinds)}),
    counted as materialized (
      select ${refs(key)}, count(*) as times, coalesce(sum(failed), 0) as failed, coalesce(sum(duration_ms), 0) as duration_ms,
        count(duration_ms) as timed
      from marks group by ${refs(key)}),
    gone as (
      delete from usage_marks t using asked a
      where t.workspace_id = ${workspaceId} and ${days.isIn} and not exists (select from counted c where ${isSame}))
    insert into usage_marks as t (workspace_id, ${refs(key)}, ${refs(markFigures)})
    select ${workspaceId}, ${refs(key)}, ${refs(markFigures)} from counted
    on conflict (workspace_id, ${refs(key)}) do update set ${overwritten(markFigures)}
      where ${differs(markFigures)}`.execute(tx);
}

/** Of whom it was heard, and by which source. Only ever adds: that somebody reported stays true when the report is deleted. */
export const countSources = (tx: Database, workspaceId: string, spans: readonly DaySpan[]) =>
  sql`with asked as materialized (${asked(spans)})
    insert into usage_sources as t (workspace_id, month, member_id, source, days, last_at)
    select ${workspaceId}, date_trunc('month', a.day)::date, a.member_id, e.source,
      bit_or(1 << (extract(day from a.day)::integer - 1)), max(e.at)
    from asked a, ${eventsOf(workspaceId, sql`true`)} group by 2, 3, 4
    on conflict (workspace_id, month, member_id, source) do update
      set days = t.days | excluded.days, last_at = greatest(t.last_at, excluded.last_at)
      where (t.days | excluded.days) <> t.days or excluded.last_at > t.last_at`.execute(tx);

/** Members' months from their days. */
export async function countMonths(
  tx: Database,
  workspaceId: string,
  months: readonly { memberId: string; zone: string; month: string }[],
): Promise<void> {
  const rows = months.map(({ memberId, zone, month }) => ({ member_id: memberId, zone, month }));
  const key = ['zone', 'month', 'member_id', ...leaf];
  const figures = ['days', ...memberFigures];
  await sql`with asked as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as a (member_id text, zone text, month date)),
    counted as materialized (
      select a.zone, a.month, a.member_id, ${refs(leaf)},
        coalesce(bit_or(1 << (extract(day from d.day)::integer - 1)) filter (where calls > 0), 0) as days, ${summed(memberFigures)}
      from asked a join usage_days d on d.workspace_id = ${workspaceId} and d.zone = a.zone and d.member_id = a.member_id
        and d.day >= a.month and d.day < (a.month + interval '1 month')::date
      group by a.zone, a.month, a.member_id, ${refs(leaf)}),
    gone as (
      delete from usage_months t using asked a
      where t.workspace_id = ${workspaceId} and t.zone = a.zone and t.month = a.month and t.member_id = a.member_id
        and not exists (select from counted c where c.zone = t.zone and c.month = t.month and c.member_id = t.member_id
          and c.surface = t.surface and c.client = t.client and c.model = t.model))
    insert into usage_months as t (workspace_id, ${refs(key)}, ${refs(figures)})
    select ${workspaceId}, ${refs(key)}, ${refs(figures)} from counted
    on conflict (workspace_id, ${refs(key)}) do update set ${overwritten(figures)}
      where ${differs(figures)}`.execute(tx);
}
