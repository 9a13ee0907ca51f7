import { create, toBinary } from '@bufbuild/protobuf';
import type { ReeveError } from '#server/fail.ts';
import { ExportResponseSchema, StatusSchema } from './otlp_pb.ts';
import type { Signal } from './sender-queries.ts';

export type Encoding = 'json' | 'binary';

export const contentTypes = { json: 'application/json', binary: 'application/x-protobuf' } as const;

export function encodingOf(contentType: string | undefined): Encoding | null {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return type === contentTypes.json ? 'json' : type === contentTypes.binary ? 'binary' : null;
}

const rejectedName = { logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints', traces: 'rejectedSpans' } as const;

const answer = (
  status: number,
  encoding: Encoding,
  body: string | Uint8Array<ArrayBuffer>,
  more: Record<string, string> = {},
) => new Response(body, { status, headers: { 'content-type': contentTypes[encoding], ...more } });

/** 200, with what was rejected of it where something was. */
export function accepted(
  encoding: Encoding,
  signal: Signal,
  { rejected, problem }: { rejected: number; problem: string },
): Response {
  if (encoding === 'json') {
    const partial =
      rejected === 0 ? {} : { partialSuccess: { [rejectedName[signal]]: String(rejected), errorMessage: problem } };
    return answer(200, encoding, JSON.stringify(partial));
  }
  const message = rejected === 0 ? {} : { partialSuccess: { rejected: BigInt(rejected), errorMessage: problem } };
  return answer(
    200,
    encoding,
    toBinary(ExportResponseSchema, create(ExportResponseSchema, message)) as Uint8Array<ArrayBuffer>,
  );
}

/** Codes of google.rpc.Code by HTTP status. */
const rpcCodes: Readonly<Record<number, number>> = { 400: 3, 401: 16, 413: 8, 415: 3, 429: 8, 503: 14 };
const unknownCode = 2;
const retryAfterSeconds = '2';

/** A google.rpc.Status in the encoding of the request. Whoever may try again is told when. */
export function refused(encoding: Encoding, { status, message }: Pick<ReeveError, 'status' | 'message'>): Response {
  const code = rpcCodes[status] ?? unknownCode;
  const more: Record<string, string> = status === 429 || status === 503 ? { 'retry-after': retryAfterSeconds } : {};
  if (encoding === 'json') return answer(status, encoding, JSON.stringify({ code, message }), more);
  return answer(
    status,
    encoding,
    toBinary(StatusSchema, create(StatusSchema, { code, message })) as Uint8Array<ArrayBuffer>,
    more,
  );
}
