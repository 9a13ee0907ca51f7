import Papa from 'papaparse';
import type { Database } from '#server/db/open-database.ts';
import { addDays } from './local-days.ts';
import type { Period } from './period.ts';
import { listUsage } from './ranking-queries.ts';
import { figuresOf } from './read-figures.ts';
import { usageOf } from './read-members.ts';
import { listTotals, type UsageFilter } from './usage-queries.ts';

type Row = Record<string, string | number | null>;

const membersTogether = 2_000;
const daysTogether = 31;

interface Asked {
  period: Period;
  filter: UsageFilter;
  withEmails: boolean;
}

/** A row for each day and surface with any use. */
async function* workspaceRows(db: Database, workspaceId: string, { period, filter }: Asked): AsyncGenerator<Row[]> {
  for (let from = period.from; from <= period.to; from = addDays(from, daysTogether)) {
    const end = addDays(from, daysTogether - 1);
    const part = { ...period, from, to: end < period.to ? end : period.to };
    const rows = await listTotals(db, workspaceId, { period: part, filter });
    const byDay = [...Map.groupBy(rows, ({ bucket, surface }) => `${bucket} ${surface}`)].sort(([one], [other]) =>
      one < other ? -1 : 1,
    );
    yield byDay.flatMap(([, ofDay]) => {
      const [first] = ofDay;
      return first
        ? [{ date: first.bucket, surface: first.surface, ...figuresOf(ofDay, { filter, by: 'surface' }) }]
        : [];
    });
  }
}

/** A row for each member with any use, in the order of their ids. */
async function* memberRows(
  db: Database,
  workspaceId: string,
  { period, filter, withEmails }: Asked,
): AsyncGenerator<Row[]> {
  let after: string | null = null;
  for (;;) {
    const page = await listUsage(db, workspaceId, { period, filter, after, limit: membersTogether });
    yield page.map((row) => {
      const { memberId, name, email, ...figures } = usageOf(row);
      return { from: period.from, to: period.to, memberId, ...(withEmails && { name, email }), ...figures };
    });
    after = page.at(-1)?.member_id ?? null;
    if (page.length < membersTogether) return;
  }
}

const workspaceColumns = ['date', 'surface'];
const memberColumns = (withEmails: boolean) => ['from', 'to', 'memberId', ...(withEmails ? ['name', 'email'] : [])];

/** RFC 4180, with a heading. What a spreadsheet would take for a formula gets an apostrophe before it. */
async function* asCsv(parts: AsyncIterable<Row[]>, columns: readonly string[]): AsyncGenerator<string> {
  let hasHeading = false;
  for await (const rows of parts) {
    if (rows.length === 0) continue;
    const text = Papa.unparse(rows, { header: !hasHeading, newline: '\r\n', escapeFormulae: true });
    hasHeading = true;
    yield `${text}\r\n`;
  }
  if (!hasHeading) yield `${columns.join(',')}\r\n`;
}

async function* asJson(parts: AsyncIterable<Row[]>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const rows of parts) {
    for (const row of rows) {
      yield separator + JSON.stringify(row);
      separator = ',\n';
    }
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** The file, as it is read: no more of it than a part is in memory. */
export function exportUsage(
  db: Database,
  workspaceId: string,
  { what, format, ...asked }: Asked & { what: 'workspace' | 'members'; format: 'csv' | 'json' },
): ReadableStream<Uint8Array> {
  const rows = what === 'workspace' ? workspaceRows(db, workspaceId, asked) : memberRows(db, workspaceId, asked);
  const columns = what === 'workspace' ? workspaceColumns : memberColumns(asked.withEmails);
  const text = format === 'csv' ? asCsv(rows, columns) : asJson(rows);
  return ReadableStream.from(text).pipeThrough(new TextEncoderStream());
}
