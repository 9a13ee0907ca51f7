import { IncomingMessage } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Provider } from 'oidc-provider';
import { commonHeaders } from '#server/http/security-headers.ts';
import type { WireCall } from '#server/http/wire-routes.ts';

const passedOn = ['accept', 'cookie', 'user-agent', 'accept-language'];

/**
 * The request as the OAuth server may see it. It builds URLs from the host it is called by, and clients behind `reeve proxy` call us by
 * the vendor's: it always gets our own. Its body is a form, whatever the client sent.
 */
function asProviderRequest({ c }: WireCall, origin: URL, form: URLSearchParams | null): IncomingMessage {
  const { incoming } = c.env;
  const request = new IncomingMessage(incoming.socket);
  request.method = incoming.method ?? 'GET';
  request.url = incoming.url ?? '/';
  request.httpVersion = incoming.httpVersion;
  for (const name of passedOn) {
    const value = incoming.headers[name];
    if (value !== undefined) request.headers[name] = value;
  }
  request.headers.host = origin.host;
  request.headers['x-forwarded-proto'] = origin.protocol.slice(0, -1);
  if (form) {
    const body = Buffer.from(form.toString());
    request.headers['content-type'] = 'application/x-www-form-urlencoded';
    request.headers['content-length'] = String(body.length);
    request.push(body);
  }
  request.push(null);
  // Otherwise Node takes the end of this request for an aborted upload and closes the connection.
  request.complete = true;
  return request;
}

/** Lets oidc-provider answer this call by itself, on the connection. */
export async function forwardToProvider(
  call: WireCall,
  { provider, origin, form = null }: { provider: Provider; origin: string; form?: URLSearchParams | null },
): Promise<Response> {
  const { outgoing } = call.c.env;
  for (const [name, value] of Object.entries(commonHeaders)) outgoing.setHeader(name, value);
  outgoing.setHeader('x-request-id', call.requestId);
  await provider.callback()(asProviderRequest(call, new URL(origin), form), outgoing);
  return RESPONSE_ALREADY_SENT;
}
