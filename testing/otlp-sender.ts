import { telemetryHeader } from '#server/policies/index.ts';

type Value = string | number | boolean;

/** One log record in OTLP/JSON as stock clients write it. */
export interface LogRecord {
  name: string;
  /** Beside what every record has. */
  attributes?: Readonly<Record<string, Value>>;
  threadId?: string;
  at?: string;
  observedNano?: string;
}

const plain = (value: Value) =>
  typeof value === 'string'
    ? { stringValue: value }
    : typeof value === 'boolean'
      ? { boolValue: value }
      : { intValue: String(value) };

const listed = (attributes: Readonly<Record<string, Value>>) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: plain(value) }));

export const defaultThread = '019a6f3e-7c1d-7aa0-9b55-000000001000';
export const defaultTime = '2026-11-26T10:15:00.123Z';

const recordOf = ({ name, attributes = {}, threadId = defaultThread, at = defaultTime, observedNano }: LogRecord) => ({
  timeUnixNano: '0',
  observedTimeUnixNano: observedNano ?? `${Date.parse(at)}000001`,
  severityNumber: 9,
  severityText: 'INFO',
  body: null,
  attributes: listed({
    'event.name': name,
    ...attributes,
    'event.timestamp': at,
    'conversation.id': threadId,
    'app.version': '0.169.0',
    auth_mode: 'Chatgpt',
    originator: 'codex_exec',
    'user.account_id': 'somebody-elses-workspace',
    'user.email': 'somebody.else@example.com',
    'terminal.type': 'xterm-256color',
    model: 'corp-model',
    slug: 'corp-model',
  }),
  droppedAttributesCount: 0,
  flags: 0,
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  eventName: 'event otel/src/events/session_telemetry.rs:1089',
});

/** The body of `/otel/v1/logs`. */
export const logsBody = (records: readonly LogRecord[]) => ({
  resourceLogs: [
    {
      resource: { attributes: listed({ 'service.name': 'codex_exec', 'service.version': '0.169.0', env: 'dev' }) },
      scopeLogs: [{ scope: { name: 'codex_otel.log_only' }, logRecords: records.map(recordOf) }],
    },
  ],
});

export const otlpHeaders = (token: string, more: Record<string, string> = {}): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'OTel-OTLP-Exporter-Rust/0.31.0',
  [telemetryHeader]: token,
  ...more,
});
