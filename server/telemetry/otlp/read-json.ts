import { ReeveError } from '#server/fail.ts';
import { boundRecords } from './count-parts.ts';
import { type Attributes, type AttributeValue, isRead, type Reported, type ReportedLog } from './reported-log.ts';

type Table = Readonly<Record<string, unknown>>;

/** OTLP/JSON is not the JSON of proto3 (ids are hexadecimal, numbers of 64 bits are text or numbers): it is read by hand. */
const refuse = (message: string): ReeveError => new ReeveError('bad-input', {}, { message });

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value);

function tableAt(value: unknown, path: string): Table {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Table;
  throw refuse(`${path} must be an object, not ${kindOf(value)}.`);
}

function listAt(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw refuse(`${path} must be a list, not ${kindOf(value)}.`);
}

const decimal = /^\d{1,20}$/;

function nanoAt(value: unknown, path: string): string {
  if (value === undefined || value === null) return '0';
  const text = String(value);
  if ((typeof value === 'string' || typeof value === 'number') && decimal.test(text)) return text;
  throw refuse(`${path} must be a whole number of nanoseconds.`);
}

function plainValue(value: Table): AttributeValue | null {
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (typeof value.boolValue === 'boolean') return value.boolValue;
  const number = value.intValue ?? value.doubleValue;
  return typeof number === 'number' || typeof number === 'string' ? number : null;
}

function attributesAt(value: unknown, path: string): Attributes {
  const attributes = new Map<string, AttributeValue>();
  // By index, and with paths made only for a refusal: this runs some twenty times a record.
  const list = listAt(value, path);
  for (let index = 0; index < list.length; index += 1) {
    const entry = list[index];
    const isTable = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
    const { key, value: held } = isTable ? (entry as Table) : tableAt(entry, `${path}[${index}]`);
    if (typeof key !== 'string') throw refuse(`${path}[${index}].key must be text.`);
    if (!isRead(key)) continue;
    const plain = typeof held === 'object' && held !== null ? plainValue(held as Table) : null;
    if (plain !== null) attributes.set(key, plain);
  }
  return attributes;
}

function logAt(value: unknown, path: string, resource: Attributes): ReportedLog {
  const record = tableAt(value, path);
  return {
    resource,
    attributes: attributesAt(record.attributes, `${path}.attributes`),
    eventName: typeof record.eventName === 'string' ? record.eventName : '',
    timeNano: nanoAt(record.timeUnixNano, `${path}.timeUnixNano`),
    observedNano: nanoAt(record.observedTimeUnixNano, `${path}.observedTimeUnixNano`),
  };
}

function parse(text: string): Table {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // The engine's message quotes what was sent.
    throw refuse('The request body is not valid JSON.');
  }
  return tableAt(root, 'The request body');
}

/** @throws ReeveError body-too-large; bad-input: the request is not that of logs; single records that are wrong are rejected alone */
export function readLogsJson(text: string): Reported<ReportedLog> {
  const items: ReportedLog[] = [];
  let records = 0;
  let rejected = 0;
  let problem = '';
  for (const [r, each] of listAt(parse(text).resourceLogs, 'resourceLogs').entries()) {
    const path = `resourceLogs[${r}]`;
    const { resource, scopeLogs } = tableAt(each, path);
    const about = attributesAt((resource as Table | null | undefined)?.attributes, `${path}.resource.attributes`);
    for (const [s, scope] of listAt(scopeLogs, `${path}.scopeLogs`).entries()) {
      const inScope = `${path}.scopeLogs[${s}]`;
      const logRecords = listAt(tableAt(scope, inScope).logRecords, `${inScope}.logRecords`);
      records += logRecords.length;
      boundRecords(records);
      for (const [l, record] of logRecords.entries()) {
        try {
          items.push(logAt(record, `${inScope}.logRecords[${l}]`, about));
        } catch (error) {
          if (!(error instanceof ReeveError)) throw error;
          rejected += 1;
          problem ||= error.message;
        }
      }
    }
  }
  return { items, rejected, problem };
}

const pointLists = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;

/** @returns how many points; @throws ReeveError bad-input */
export function countPointsJson(text: string): number {
  let points = 0;
  for (const [r, resource] of listAt(parse(text).resourceMetrics, 'resourceMetrics').entries()) {
    const path = `resourceMetrics[${r}]`;
    for (const [s, scope] of listAt(tableAt(resource, path).scopeMetrics, `${path}.scopeMetrics`).entries()) {
      const inScope = `${path}.scopeMetrics[${s}]`;
      for (const [m, each] of listAt(tableAt(scope, inScope).metrics, `${inScope}.metrics`).entries()) {
        const metric = tableAt(each, `${inScope}.metrics[${m}]`);
        for (const kind of pointLists) {
          const data = metric[kind];
          if (data !== undefined && data !== null)
            points += listAt(tableAt(data, `${inScope}.metrics[${m}].${kind}`).dataPoints, 'dataPoints').length;
        }
      }
    }
  }
  return points;
}

/** @returns how many spans; @throws ReeveError bad-input */
export function countSpansJson(text: string): number {
  let spans = 0;
  for (const [r, resource] of listAt(parse(text).resourceSpans, 'resourceSpans').entries()) {
    const path = `resourceSpans[${r}]`;
    for (const [s, scope] of listAt(tableAt(resource, path).scopeSpans, `${path}.scopeSpans`).entries())
      spans += listAt(tableAt(scope, `${path}.scopeSpans[${s}]`).spans, `${path}.scopeSpans[${s}].spans`).length;
  }
  return spans;
}
