import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { ReeveError } from '#server/fail.ts';
import { boundParts, boundRecords, partsOf } from './count-parts.ts';
import {
  ExportLogsRequestSchema,
  ExportMetricsRequestSchema,
  ExportTracesRequestSchema,
  type KeyValue,
  type Metric,
} from './otlp_pb.ts';
import { type Attributes, type AttributeValue, isRead, type Reported, type ReportedLog } from './reported-log.ts';

function decode<Schema extends DescMessage>(
  schema: Schema,
  body: Uint8Array,
  signal: keyof typeof partsOf,
): MessageShape<Schema> {
  try {
    boundParts(body, partsOf[signal]);
    return fromBinary(schema, body, { readUnknownFields: false });
  } catch (cause) {
    if (cause instanceof ReeveError) throw cause;
    // Its message names the place, not what stands there.
    throw new ReeveError('bad-input', {}, { message: 'The request body is not valid OTLP protobuf.', cause });
  }
}

function attributesOf(list: readonly KeyValue[]): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const { key, value } of list) {
    const held = value?.value.value;
    if (held !== undefined && isRead(key)) attributes.set(key, typeof held === 'bigint' ? Number(held) : held);
  }
  return attributes;
}

/** @throws ReeveError bad-input, body-too-large */
export function readLogsBinary(body: Uint8Array): Reported<ReportedLog> {
  const items: ReportedLog[] = [];
  const { resourceLogs } = decode(ExportLogsRequestSchema, body, 'logs');
  let records = 0;
  for (const { scopeLogs } of resourceLogs) for (const { logRecords } of scopeLogs) records += logRecords.length;
  boundRecords(records);
  for (const { resource, scopeLogs } of resourceLogs) {
    const about = attributesOf(resource?.attributes ?? []);
    for (const record of scopeLogs.flatMap(({ logRecords }) => logRecords))
      items.push({
        resource: about,
        attributes: attributesOf(record.attributes),
        eventName: record.eventName,
        timeNano: String(record.timeUnixNano),
        observedNano: String(record.observedTimeUnixNano),
      });
  }
  return { items, rejected: 0, problem: '' };
}

const pointsOf = ({ gauge, sum, histogram, exponentialHistogram, summary }: Metric): number =>
  [gauge, sum, histogram, exponentialHistogram, summary].reduce((all, data) => all + (data?.dataPoints.length ?? 0), 0);

/** @returns how many points; @throws ReeveError bad-input, body-too-large */
export const countPointsBinary = (body: Uint8Array): number =>
  decode(ExportMetricsRequestSchema, body, 'metrics')
    .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .reduce((all, metric) => all + pointsOf(metric), 0);

/** @returns how many spans; @throws ReeveError bad-input, body-too-large */
export const countSpansBinary = (body: Uint8Array): number =>
  decode(ExportTracesRequestSchema, body, 'traces')
    .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
    .reduce((all, { spans }) => all + spans.length, 0);
