import type { IncomingMessage } from 'node:http';
import { ReeveError } from '#server/fail.ts';
import { receiveBody } from '#server/http/receive-body.ts';
import type { Services } from '#server/services.ts';
import { type ReadLog, readLogs } from './event-of-log.ts';
import { findStop } from './find-stop.ts';
import type { Encoding } from './otlp-answers.ts';
import { countPointsBinary, countSpansBinary, readLogsBinary } from './read-binary.ts';
import { countPointsJson, countSpansJson, readLogsJson } from './read-json.ts';
import type { ReporterRow, Signal } from './sender-queries.ts';
import type { ReadRequest } from './write-batch.ts';

/** A client sends 512 records at a time; 30 KB for each of them. */
export const maxRequestBytes = 16 * 1024 * 1024;

export const receiveRequest = (incoming: IncomingMessage): Promise<Buffer> =>
  receiveBody(incoming, {
    maxBytes: maxRequestBytes,
    encodings: ['gzip', 'zstd'],
    tooLarge: () =>
      new ReeveError(
        'body-too-large',
        { maxBytes: maxRequestBytes },
        { message: `The request is larger than ${maxRequestBytes} bytes when inflated. Send fewer records at a time.` },
      ),
    unknownEncoding: (encoding) =>
      new ReeveError(
        'media-type-not-supported',
        {},
        { message: `content-encoding “${encoding}” is not accepted; send gzip, zstd or none.` },
      ),
  });

export interface ReadResult {
  request: ReadRequest;
  rejected: number;
  problem: string;
}

const count = {
  metrics: { json: (body: Buffer) => countPointsJson(body.toString('utf8')), binary: countPointsBinary },
  traces: { json: (body: Buffer) => countSpansJson(body.toString('utf8')), binary: countSpansBinary },
} as const;

interface Body {
  body: Buffer;
  encoding: Encoding;
  signal: Signal;
}

const isThere = ({ content }: ReadLog): boolean => Object.keys(content).length > 0;

/** Memory that content takes while it waits, in events. */
const sizeOf = (logs: readonly ReadLog[]): number =>
  logs.flatMap(({ content }) => Object.values(content)).reduce((sum, text) => sum + (text?.length ?? 0) / 1_024, 0);

/** @throws ReeveError bad-input */
export async function readRequest(
  services: Pick<Services, 'db' | 'changes'>,
  reporter: ReporterRow,
  { body, encoding, signal }: Body,
): Promise<ReadResult> {
  const { workspaceId, memberId } = reporter;
  if (signal !== 'logs') {
    const sent = { workspaceId, memberId, signal, records: count[signal][encoding](body) };
    return { request: { size: 1, sent, events: [], contents: [], unknown: [] }, rejected: 0, problem: '' };
  }
  const read = encoding === 'json' ? readLogsJson(body.toString('utf8')) : readLogsBinary(body);
  const logs = readLogs(read.items, reporter);
  const contents = reporter.keepsContent ? logs.filter(isThere) : [];
  const request: ReadRequest = {
    size: 1 + logs.length + sizeOf(contents),
    sent: { workspaceId, memberId, signal, records: read.items.length },
    events: await Promise.all(logs.map((log) => findStop(services, log))),
    contents,
    unknown: logs.flatMap(({ event, unknownName: name }) => (name === null ? [] : [{ event, name }])),
  };
  return { request, rejected: read.rejected, problem: read.problem };
}
