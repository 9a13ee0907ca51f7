import { Hono } from 'hono';
import type { Logger } from 'pino';
import { newId } from '#server/crypto/ids.ts';
import type { Metrics } from '#server/log/metrics.ts';
import { clientAddress } from './client-address.ts';
import type { HttpEnv } from './http-env.ts';
import { measureRequests } from './measure-requests.ts';
import { commonHeaders } from './security-headers.ts';

interface HttpAppOptions {
  log: Logger;
  trustedProxies: readonly string[];
  metrics?: Metrics;
}

/** An app whose requests have an id, a logger, a caller's address and the headers every answer carries. */
export function createHttpApp({ log, trustedProxies, metrics }: HttpAppOptions): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  if (metrics) app.use('*', measureRequests(metrics));
  app.use('*', async (c, next) => {
    const requestId = newId('req');
    c.set('requestId', requestId);
    c.set('log', log.child({ requestId }));
    c.set('ip', clientAddress(c.env?.incoming?.socket?.remoteAddress, c.req.header('x-forwarded-for'), trustedProxies));
    await next();
    // Written by the route itself, with these headers.
    if (c.env?.outgoing?.headersSent) return;
    c.res.headers.set('x-request-id', requestId);
    for (const [name, value] of Object.entries(commonHeaders))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  app.onError((error, c) => {
    c.get('log').error({ err: error }, 'a request failed outside every route');
    return c.json(
      { error: { code: 'internal', message: 'Reeve failed to handle this request.', reference: c.get('requestId') } },
      500,
    );
  });
  return app;
}
