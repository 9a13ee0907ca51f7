import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Metrics } from '#server/log/metrics.ts';
import type { HttpEnv } from './http-env.ts';

/** Counts requests by route pattern. A stream counts until its headers are out; the gateway measures the rest itself. */
export const measureRequests =
  ({ httpRequests, httpDurationSeconds, httpInFlight }: Metrics): MiddlewareHandler<HttpEnv> =>
  async (c, next) => {
    httpInFlight.inc();
    const stop = httpDurationSeconds.startTimer({ method: c.req.method });
    try {
      await next();
    } finally {
      const route = routePath(c);
      httpInFlight.dec();
      stop({ route });
      httpRequests.inc({ method: c.req.method, route, status: c.res.status });
    }
  };
