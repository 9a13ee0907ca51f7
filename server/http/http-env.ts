import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Logger } from 'pino';

/** What the first middleware of `createHttpApp` sets for everyone after it. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string; log: Logger; ip: string | null };
}

/** One request, for code outside `server/http/` that has to look at it. */
export type HttpContext = Context<HttpEnv>;

export const requestFacts = (c: HttpContext) => ({
  requestId: c.get('requestId'),
  log: c.get('log'),
  ip: c.get('ip'),
  userAgent: c.req.header('user-agent')?.slice(0, 500) ?? null,
});
