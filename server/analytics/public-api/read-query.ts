import { decodePage, type PagePlace } from './page-cursor.ts';
import { notValid } from './render-error.ts';
import { lastSecond, type ReportWindow, reportWindow, windowFaults } from './report-window.ts';
import type { Fault } from './wire.ts';

export const defaultLimit = 1_000;
export const maxLimit = 30_000;

export interface ReportQuery extends ReportWindow {
  /** One row for each member, or one for everybody. */
  rows: 'user' | 'workspace';
  grain: 'day' | 'week';
  limit: number;
  /** After the last row of the page before. */
  after: PagePlace | null;
  /** As it was written, for the next page and the audit log. */
  asked: AskedReport;
}

type AskedReport = Pick<PagePlace, 'start_time' | 'end_time' | 'group' | 'group_by'>;

export interface Endpoint {
  of: PagePlace['of'];
  /** Whether it has `group` beside the common parameters. */
  hasGroup: boolean;
}

interface Reading {
  query: URLSearchParams;
  faults: Fault[];
}

/** Of one that is repeated, the last counts. Empty is as good as left out, but for numbers. */
const text = ({ query }: Reading, name: string): string | null => query.getAll(name).at(-1) ?? null;

function integer(reading: Reading, name: string, { ge, le }: { ge: number; le: number }): number | null {
  const written = text(reading, name);
  if (written === null) return null;
  const fault = (type: string, msg: string, ctx?: Record<string, unknown>) => {
    reading.faults.push({ loc: ['query', name], msg, type, input: written.slice(0, 100), ...(ctx && { ctx }) });
    return null;
  };
  if (!/^-?\d{1,18}$/.test(written)) return fault('int_parsing', 'This is not an integer.');
  const value = Number(written);
  if (value < ge) return fault('greater_than_equal', `The least is ${ge}.`, { ge });
  if (value > le) return fault('less_than_equal', `The most is ${le}.`, { le });
  return value;
}

function choice<Value extends string>(reading: Reading, name: string, values: readonly Value[]): Value | null {
  const written = text(reading, name);
  if (written === null || written === '') return null;
  const found = values.find((value) => value === written);
  if (found === undefined)
    reading.faults.push({
      loc: ['query', name],
      msg: `It can be ${values.join(' or ')}, or left out.`,
      type: 'enum',
      input: written.slice(0, 100),
      ctx: { expected: values.join(' or ') },
    });
  return found ?? null;
}

function place(reading: Reading): PagePlace | null {
  const written = text(reading, 'page');
  if (written === null || written === '') return null;
  const found = decodePage(written);
  if (found === null)
    reading.faults.push({
      loc: ['query', 'page'],
      msg: 'This is not a next_page of this API. Start again without it.',
      type: 'value_error',
      input: written.slice(0, 100),
    });
  return found;
}

/** A page goes on with the report it belongs to; what is said again has to be the same. */
function contradicts(reading: Reading, after: PagePlace, said: Partial<Record<string, unknown>>): void {
  const known: Record<string, unknown> = { ...after };
  for (const [name, value] of Object.entries(said))
    if (value !== null && value !== known[name])
      reading.faults.push({
        loc: ['query', 'page'],
        msg: `This page belongs to a report with another ${name === 'of' ? 'address' : name}. Send the same parameters, or none but page and limit.`,
        type: 'value_error',
      });
}

const meaningOf = ({ group, group_by }: AskedReport) =>
  ({ rows: group === 'workspace' ? 'workspace' : 'user', grain: group_by ?? 'day' }) as const;

/** What a request asks for. @throws ReeveError bad-input with all faults, in the vendor's shape */
export function readReportQuery(query: URLSearchParams, { of, hasGroup }: Endpoint, now: Date): ReportQuery {
  const reading: Reading = { query, faults: [] };
  const start = integer(reading, 'start_time', { ge: 0, le: lastSecond });
  const end = integer(reading, 'end_time', { ge: 0, le: lastSecond });
  const limit = integer(reading, 'limit', { ge: 1, le: maxLimit }) ?? defaultLimit;
  const group = hasGroup ? choice(reading, 'group', ['workspace']) : null;
  const groupBy = choice(reading, 'group_by', ['day', 'week']);
  const after = place(reading);
  const asked = { start_time: start, end_time: end, group, group_by: groupBy };
  if (reading.faults.length === 0) {
    if (after) contradicts(reading, after, { of, ...asked });
    else reading.faults.push(...windowFaults({ start, end, isOlder: groupBy !== null, now }));
  }
  if (reading.faults.length > 0) throw notValid(reading.faults);
  if (after === null) return { ...reportWindow({ start, end, now }), ...meaningOf(asked), limit, after, asked };
  const { from, until, start_time, end_time, group: ofGroup, group_by } = after;
  const first = { start_time, end_time, group: ofGroup, group_by };
  return { from, until, ...meaningOf(first), limit, after, asked: first };
}
