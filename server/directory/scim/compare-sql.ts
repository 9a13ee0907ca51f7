import { type RawBuilder, sql } from 'kysely';
import type { Filter } from './parse-filter.ts';
import { refusal } from './refuse.ts';

/** One value of a row, as SQL. */
export interface Field {
  name: string;
  kind: 'text' | 'boolean' | 'time';
  isCaseExact: boolean;
  value: RawBuilder<unknown>;
}

type Comparison = Extract<
  Filter,
  { attrPath: string; op: 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'lt' | 'ge' | 'le' }
>;

const order = { gt: sql`>`, ge: sql`>=`, lt: sql`<`, le: sql`<=` } as const;
const isOrder = (op: string): op is keyof typeof order => Object.hasOwn(order, op);

const cannot = ({ name, kind }: Field, op: string) =>
  refusal('invalidFilter', `“${name}” holds a ${kind}, which cannot be compared by “${op}”.`);

function compareText(field: Field, op: string, wanted: string): RawBuilder<boolean> {
  const value = field.isCaseExact ? field.value : sql`lower(${field.value})`;
  const text = sql`cast(${field.isCaseExact ? wanted : wanted.toLowerCase()} as text)`;
  if (op === 'eq') return sql`${value} = ${text}`;
  if (op === 'ne') return sql`${value} is distinct from ${text}`;
  if (op === 'co') return sql`strpos(${value}, ${text}) > 0`;
  if (op === 'sw') return sql`starts_with(${value}, ${text})`;
  if (op === 'ew') return sql`right(${value}, char_length(${text})) = ${text}`;
  if (isOrder(op)) return sql`${value} collate "C" ${order[op]} ${text}`;
  throw cannot(field, op);
}

function compareBoolean(field: Field, op: string, wanted: unknown): RawBuilder<boolean> {
  const text = String(wanted).toLowerCase();
  if (text !== 'true' && text !== 'false')
    throw refusal('invalidFilter', `“${field.name}” is true or false, not “${text}”.`);
  if (op === 'eq') return sql`${field.value} = ${text}`;
  if (op === 'ne') return sql`${field.value} is distinct from ${text}`;
  throw cannot(field, op);
}

function compareTime(field: Field, op: string, wanted: unknown): RawBuilder<boolean> {
  const at = typeof wanted === 'string' ? new Date(wanted) : null;
  if (!at || Number.isNaN(at.getTime()))
    throw refusal('invalidFilter', `“${field.name}” is compared with a time such as "2026-01-31T12:00:00Z".`);
  const time = sql`cast(${at.toISOString()} as timestamptz)`;
  if (op === 'eq') return sql`${field.value} = ${time}`;
  if (op === 'ne') return sql`${field.value} is distinct from ${time}`;
  if (isOrder(op)) return sql`${field.value} ${order[op]} ${time}`;
  throw cannot(field, op);
}

/** Null where there is no value: whoever negates it says that null is false. */
export function compareSql(field: Field, { op, compValue }: Comparison): RawBuilder<boolean> {
  if (compValue === null) {
    if (op === 'eq') return sql`(${field.value} is null)`;
    if (op === 'ne') return sql`(${field.value} is not null)`;
    throw refusal('invalidFilter', `null cannot be compared by “${op}”.`);
  }
  if (field.kind === 'boolean') return compareBoolean(field, op, compValue);
  if (field.kind === 'time') return compareTime(field, op, compValue);
  return compareText(field, op, String(compValue));
}
