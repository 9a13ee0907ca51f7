import type { Registry } from 'prom-client';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall } from '#server/http/wire-routes.ts';
import { findAttemptOfToken } from '#server/identity/index.ts';
import { readTelemetryToken, telemetryHeader } from '#server/policies/index.ts';
import { type Ingest, type IngestServices, ingestOf } from './open-ingest.ts';
import { accepted, type Encoding, encodingOf, refused } from './otlp-answers.ts';
import { readRequest, receiveRequest } from './read-request.ts';
import type { ReporterRow, Signal } from './sender-queries.ts';

/** @throws ReeveError telemetry-token-invalid */
async function reporterOf(services: IngestServices, { readReporter }: Ingest, { c }: WireCall): Promise<ReporterRow> {
  const token = c.req.header(telemetryHeader);
  const whose = token === undefined ? null : await readTelemetryToken(services, token);
  const reporter = whose && (await readReporter(`${whose.workspaceId}\n${whose.memberId}`));
  if (!reporter?.isActive) throw new ReeveError('telemetry-token-invalid');
  const { hostedTokenId: tokenId } = whose ?? {};
  if (tokenId === undefined) return reporter;
  const hosted = await findAttemptOfToken(services.db, reporter.workspaceId, { tokenId, at: services.clock() });
  if (!hosted) throw new ReeveError('telemetry-token-invalid');
  return { ...reporter, hosted };
}

async function take(services: IngestServices, ingest: Ingest, { call, signal }: { call: WireCall; signal: Signal }) {
  const reporter = await reporterOf(services, ingest, call);
  const encoding = encodingOf(call.c.req.header('content-type'));
  if (encoding === null)
    throw new ReeveError(
      'media-type-not-supported',
      {},
      { message: 'Send application/json or application/x-protobuf.' },
    );
  ingest.queue.admit();
  const body = await receiveRequest(call.c.env.incoming);
  const { request, rejected, problem } = await readRequest(services, reporter, { body, encoding, signal });
  ingest.metrics.waiting.set(ingest.queue.waiting + request.size);
  await ingest.queue.write(request);
  ingest.metrics.waiting.set(ingest.queue.waiting);
  ingest.metrics.rejected.inc(rejected);
  return accepted(encoding, signal, { rejected, problem });
}

async function answer(services: IngestServices, ingest: Ingest, asked: { call: WireCall; signal: Signal }) {
  const encoding: Encoding = encodingOf(asked.call.c.req.header('content-type')) ?? 'json';
  try {
    return await take(services, ingest, asked);
  } catch (error) {
    if (!isReeveError(error)) throw error;
    ingest.metrics.refused.inc({ code: error.code });
    return refused(encoding, error);
  }
}

const summaries = {
  logs: 'Log records of clients (OTLP), which become activity events',
  metrics: 'Metrics of clients (OTLP), counted',
  traces: 'Traces of clients (OTLP), counted',
} as const;

/** OTLP/HTTP (opentelemetry.io/docs/specs/otlp, 1.x). Who reports is said by the token of the delivered policy, not by what is reported. */
export function otlpDialect(services: IngestServices, options: { registry?: Registry | undefined } = {}): Dialect {
  const ingest = ingestOf(services, options);
  return {
    name: 'OTLP',
    routes: (['logs', 'metrics', 'traces'] as const).map((signal) => ({
      method: 'POST',
      path: `/otel/v1/${signal}`,
      allow: 'checked-inside',
      summary: summaries[signal],
      handle: (call) => answer(services, ingest, { call, signal }),
    })),
    renderError: (error) => refused('json', error),
  };
}
