import { ReeveError } from '#server/fail.ts';
import { clientOf, type Dialect, type WireCall } from '#server/http/wire-routes.ts';
import { type IngestServices, ingestOf } from '../otlp/open-ingest.ts';
import { type Reporter, readReport } from './read-reports.ts';
import { type ReportedEvent, ReportedEvents } from './wire.ts';

const maxReportBytes = 1024 * 1024;
const maxEventsPerReport = 1_000;
const retryAfterSeconds = '2';

/** Reads no more than the limit, whatever the client announced. */
async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxReportBytes) throw new ReeveError('body-too-large', { maxBytes: maxReportBytes });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const notValid = (message: string) => new ReeveError('bad-input', {}, { message });

function parseEvents(text: string): ReportedEvent[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Told below, in our own words: the engine's message quotes what was sent.
  }
  const read = ReportedEvents.safeParse(json);
  if (!read.success) throw notValid('Send {"events":[{"event_type":…}]} as JSON.');
  if (read.data.events.length > maxEventsPerReport)
    throw notValid(`Send at most ${maxEventsPerReport} events at a time; these are ${read.data.events.length}.`);
  return read.data.events;
}

async function receive(services: IngestServices, call: WireCall): Promise<Response> {
  const { queue } = ingestOf(services);
  queue.admit();
  const reports = parseEvents(await readText(call.c.req.raw));
  const { workspaceId, memberId, email, hosted } = clientOf(call);
  const reporter: Reporter = { workspaceId, memberId, email, userAgent: call.userAgent, hosted };
  const at = services.clock();
  const read = reports.map((report) => readReport(report, reporter, at));
  await queue.write({
    size: 1 + read.length,
    sent: null,
    events: read.map(({ event }) => event),
    contents: [],
    unknown: read.flatMap(({ event, unknownName: name }) => (name === null ? [] : [{ event, name }])),
  });
  return Response.json({}, { status: 202 });
}

/** Usage events of the stock clients, durable before they are accepted. They are accepted without a word: a client complains about any. */
export const codexEventsDialect = (services: IngestServices): Dialect => ({
  name: 'codex-events',
  routes: ['/backend-api/codex', '/api/codex'].map((prefix) => ({
    method: 'POST' as const,
    path: `${prefix}/analytics-events/events`,
    allow: 'codex-client' as const,
    summary: 'Usage events of a client, which become activity events',
    handle: (call: WireCall) => receive(services, call),
  })),
  renderError: ({ code, message, status }) =>
    Response.json(
      { error: { code, message } },
      { status, headers: status === 429 || status === 503 ? { 'retry-after': retryAfterSeconds } : {} },
    ),
});
