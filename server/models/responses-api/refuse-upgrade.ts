import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const said = {
  426: ['Upgrade Required', 'Model calls go over HTTP here. Codex falls back to it by itself.'],
  404: ['Not Found', 'There is nothing to upgrade to here.'],
} as const;

/**
 * Answers a WebSocket upgrade. 426 makes Codex go on over HTTP at once; every other refusal costs it seconds of retries. For the
 * server's `upgrade` event, which Hono never sees.
 */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex): void {
  // A client that resets the connection here must not end the process.
  socket.on('error', () => socket.destroy());
  const path = (request.url ?? '').split('?')[0] ?? '';
  const status = path.endsWith('/responses') ? 426 : 404;
  const [reason, sentence] = said[status];
  const body = JSON.stringify({ error: { message: sentence, code: status === 426 ? 'upgrade-refused' : 'not-found' } });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
