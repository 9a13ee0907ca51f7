import { sql } from 'kysely';
import type { EgressAttempt } from '#contract/internet-access.ts';
import type { LogEntry } from '#contract/task-states.ts';
import type { Database } from '#server/db/open-database.ts';

export interface SealedEntry extends Omit<LogEntry, 'text'> {
  sealedText: string;
}

/** Lines that are there already stay as they are. */
export async function insertLog(
  tx: Database,
  workspaceId: string,
  { attemptId, entries }: { attemptId: string; entries: readonly SealedEntry[] },
): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    insert into cloud_log (attempt_id, seq, workspace_id, at, kind, phase, item, exit_code, sealed_text)
    select ${attemptId}, n.seq, ${workspaceId}, n.at, n.kind, n.phase, n.item, n."exitCode", n."sealedText"
    from json_to_recordset(${JSON.stringify(entries)}::json) as n(
      seq integer, at timestamptz, kind text, phase text, item text, "exitCode" integer, "sealedText" text)
    on conflict do nothing`.execute(tx);
}

/** A line of Reeve's own, after all there are. The caller holds the attempt's row. */
export async function noteInLog(
  tx: Database,
  workspaceId: string,
  {
    attemptId,
    at,
    text,
    seal,
  }: {
    attemptId: string;
    at: Date;
    text: string;
    seal: (attemptId: string, seq: number, text: string) => Promise<string>;
  },
): Promise<void> {
  const { last } = await tx
    .selectFrom('cloud_log')
    .select((by) => by.fn.coalesce(by.fn.max('seq'), sql<number>`0`).as('last'))
    .where('workspace_id', '=', workspaceId)
    .where('attempt_id', '=', attemptId)
    .executeTakeFirstOrThrow();
  const seq = last + 1;
  const entry = { seq, at: at.toISOString(), kind: 'notice', phase: 'prepare', item: null, exitCode: null } as const;
  await insertLog(tx, workspaceId, {
    attemptId,
    entries: [{ ...entry, sealedText: await seal(attemptId, seq, text) }],
  });
}

export interface EgressRow extends EgressAttempt {
  id: string;
}

export interface KeptRequests {
  allowed: number;
  refused: number;
  /** Of these ids, those that are there. */
  known: ReadonlySet<string>;
}

/** How many requests of an attempt are kept. The caller holds the attempt's row. */
export async function readKeptRequests(
  tx: Database,
  workspaceId: string,
  { attemptId, ids }: { attemptId: string; ids: readonly string[] },
): Promise<KeptRequests> {
  const { rows } = await sql<{ allowed: number; refused: number; known: string[] | null }>`
    select count(*) filter (where is_allowed)::integer as allowed, count(*) filter (where not is_allowed)::integer as refused,
      array_agg(id) filter (where id in (${sql.join(ids)})) as known
    from cloud_egress where workspace_id = ${workspaceId} and attempt_id = ${attemptId}`.execute(tx);
  const [row] = rows;
  return { allowed: row?.allowed ?? 0, refused: row?.refused ?? 0, known: new Set(row?.known ?? []) };
}

/** Requests that are counted alone. A report that comes again was counted. */
export const countLeftOut = (
  tx: Database,
  workspaceId: string,
  { attemptId, count, report }: { attemptId: string; count: number; report: string },
) =>
  tx
    .updateTable('cloud_attempts')
    .set((by) => ({ egress_left_out: by('egress_left_out', '+', count), egress_report: report }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .where('egress_report', 'is distinct from', report)
    .execute();

export async function insertEgress(
  tx: Database,
  workspaceId: string,
  { attemptId, environmentId, rows }: { attemptId: string; environmentId: string | null; rows: readonly EgressRow[] },
): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into cloud_egress (id, attempt_id, workspace_id, environment_id, at, phase, method, host, port, path, is_allowed, rule,
      address, status, sent_bytes, received_bytes)
    select n.id, ${attemptId}, ${workspaceId}, ${environmentId}, n.at, n.phase, n.method, n.host, n.port, n.path, n."isAllowed",
      n.rule, n.address, n.status, n."sentBytes", n."receivedBytes"
    from json_to_recordset(${JSON.stringify(rows)}::json) as n(
      id text, at timestamptz, phase text, method text, host text, port integer, path text, "isAllowed" boolean, rule text,
      address text, status integer, "sentBytes" bigint, "receivedBytes" bigint)
    on conflict do nothing`.execute(tx);
}
