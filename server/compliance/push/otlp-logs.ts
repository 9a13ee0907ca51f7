import type { ComplianceRecord } from './compliance-record.ts';

/** Severity 9 is INFO (OpenTelemetry logs data model). */
const informational = { severityNumber: 9, severityText: 'INFO' };

const text = (key: string, value: unknown) =>
  typeof value === 'string' ? [{ key, value: { stringValue: value } }] : [];

/** In OTLP/JSON a 64-bit number is a decimal string. */
const nanoseconds = (timestamp: string): string => {
  const ms = Date.parse(timestamp);
  return Number.isNaN(ms) ? '0' : `${BigInt(ms) * 1_000_000n}`;
};

const actorOf = ({ actor }: ComplianceRecord): Record<string, unknown> =>
  typeof actor === 'object' && actor !== null ? (actor as Record<string, unknown>) : {};

const logRecord = (record: ComplianceRecord, observedAt: Date) => ({
  timeUnixNano: nanoseconds(record.timestamp),
  observedTimeUnixNano: nanoseconds(observedAt.toISOString()),
  ...informational,
  eventName: `reeve.${record.type.toLowerCase()}`,
  // The whole record, as in the log files: what a backend indexes stands beside it.
  body: { stringValue: JSON.stringify(record) },
  attributes: [
    ...text('event.id', record.event_id),
    ...text('reeve.type', record.type),
    ...text('reeve.event_type', record.event_type),
    ...text('reeve.action', record.action),
    ...text('user.id', actorOf(record).user_id),
    ...text('user.email', actorOf(record).user_email),
  ],
});

export interface OtlpOrigin {
  workspaceId: string;
  hostname: string;
  version: string;
}

/** ExportLogsServiceRequest in JSON (OTLP 1.5). */
export const otlpLogs = (
  records: readonly ComplianceRecord[],
  { workspaceId, hostname, version }: OtlpOrigin,
  observedAt: Date,
) => ({
  resourceLogs: [
    {
      resource: {
        attributes: [
          ...text('service.name', 'reeve'),
          ...text('service.version', version),
          ...text('host.name', hostname),
          ...text('reeve.workspace.id', workspaceId),
        ],
      },
      scopeLogs: [
        {
          scope: { name: 'reeve.compliance' },
          logRecords: records.map((record) => logRecord(record, observedAt)),
        },
      ],
    },
  ],
});

/** OTLP: 200 with `partialSuccess` means that some were refused for good. @returns why, or null */
export async function refusedByOtlp(answer: Response): Promise<string | null> {
  const body = (await answer.json().catch(() => null)) as {
    partialSuccess?: { rejectedLogRecords?: string | number };
  } | null;
  const rejected = Number(body?.partialSuccess?.rejectedLogRecords ?? 0);
  return rejected > 0 ? `It refused ${rejected} of the last records for good.` : null;
}
