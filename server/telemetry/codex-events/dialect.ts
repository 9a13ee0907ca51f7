import { ReeveError } from '#server/fail.ts';
import { clientOf, type Dialect, type WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { keepEvents } from './keep-events.ts';
import { type ReportedEvent, ReportedEvents } from './wire.ts';

const maxReportBytes = 1024 * 1024;

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

function parseEvents(text: string): ReportedEvent[] {
  try {
    const read = ReportedEvents.safeParse(JSON.parse(text));
    if (read.success) return read.data.events;
  } catch {
    // Told below, in our own words: the engine's message quotes what was sent.
  }
  throw new ReeveError('bad-input', {}, { message: 'Send {"events":[{"event_type":…}]} as JSON.' });
}

async function receive(services: Pick<Services, 'db' | 'clock'>, call: WireCall): Promise<Response> {
  const events = parseEvents(await readText(call.c.req.raw));
  await keepEvents(services, { client: clientOf(call), userAgent: call.userAgent, events });
  return Response.json({}, { status: 202 });
}

/** Usage events of the stock clients. They are accepted without a word, because a client complains about any other answer. */
export const codexEventsDialect = (services: Pick<Services, 'db' | 'clock'>): Dialect => ({
  name: 'codex-events',
  routes: ['/backend-api/codex', '/api/codex'].map((prefix) => ({
    method: 'POST' as const,
    path: `${prefix}/analytics-events/events`,
    allow: 'codex-client' as const,
    summary: 'Usage events of a client, kept raw',
    handle: (call: WireCall) => receive(services, call),
  })),
  renderError: ({ code, message, status }) => Response.json({ error: { code, message } }, { status }),
});
