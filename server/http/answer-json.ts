import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { HttpContext } from './http-env.ts';
import { commonHeaders } from './security-headers.ts';

const json = { 'content-type': 'application/json' };

/**
 * 200 with a text that is JSON already, written to the connection at once: what clients ask for all the time is not worth the streams
 * of a Response object. Off a connection, in tests, it is one.
 */
export function answerJson(c: HttpContext, text: string): Response {
  const outgoing = c.env?.outgoing;
  if (outgoing === undefined) return new Response(text, { headers: json });
  const own = { 'x-request-id': c.get('requestId'), 'content-length': Buffer.byteLength(text) };
  outgoing.writeHead(200, { ...commonHeaders, ...json, ...own }).end(text);
  return RESPONSE_ALREADY_SENT;
}
