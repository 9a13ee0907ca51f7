import { OpenAPIHandler } from '@orpc/openapi/fetch';
import type { AnyRouter } from '@orpc/server';
import type { Context, Hono } from 'hono';
import { errors } from '#contract/errors.ts';
import { isReeveError } from '#server/fail.ts';
import { asUnreadable } from './api-errors.ts';
import { maxBodyBytesOf, usualBodyBytes } from './body-limits.ts';
import type { HttpEnv } from './http-env.ts';
import { requestFacts } from './http-env.ts';
import { keyIn } from './key-calls.ts';
import type { KeyHolder, ReadKey, RequestContext, SignedInMember } from './request-context.ts';

export const apiPrefix = '/api/v1';

/** Cookie-bearing calls must come from our own pages: browsers send Origin with every non-GET, and Sec-Fetch-Site everywhere. */
function isCrossSite(request: Request, origin: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return true;
  const sentOrigin = request.headers.get('origin');
  return sentOrigin !== null && sentOrigin !== origin;
}

const refusal = (code: keyof typeof errors, data: Record<string, unknown> = {}) =>
  Response.json(
    { defined: false, code, status: errors[code].status, message: errors[code].message, data },
    { status: errors[code].status },
  );

/** RFC 9112 §6.3: without a length there is no body. Node refuses a length that is no number, and what goes beyond it. */
const bodyBytesOf = (c: Context<HttpEnv>): number => Number(c.req.header('content-length') ?? 0);

/** A key that is refused is answered before anything else is looked at. */
function refusedKey(error: unknown): Response {
  if (!isReeveError(error)) throw error;
  const response = refusal(error.code, error.details);
  if (error.status === 401) response.headers.set('www-authenticate', 'Bearer error="invalid_token"');
  const { retryAfterSeconds } = error.details;
  if (typeof retryAfterSeconds === 'number') response.headers.set('retry-after', String(retryAfterSeconds));
  return response;
}

interface OwnApiOptions {
  router: AnyRouter;
  origin: string;
  readMember: (c: Context<HttpEnv>) => Promise<SignedInMember | null>;
  /** Who calls with an API key, and whether it may call now; left out, there are no keys. */
  keys?: { readKey: ReadKey; admit: (key: KeyHolder) => Promise<void> };
}

/** Mounts Reeve's own API. Only this folder knows oRPC and Hono. */
export function mountOwnApi(app: Hono<HttpEnv>, { router, origin, readMember, keys }: OwnApiOptions): void {
  const api = new OpenAPIHandler<RequestContext>(router, {
    interceptors: [
      async ({ next }) => {
        try {
          return await next();
        } catch (error) {
          throw asUnreadable(error);
        }
      },
    ],
  });
  app.use(`${apiPrefix}/*`, async (c, next) => {
    // A body of unknown length would have to be read to know whether it is too large.
    if (c.req.header('transfer-encoding') !== undefined)
      return refusal('bad-input', { reason: 'send the body with a Content-Length' });
    const maxBytes = maxBodyBytesOf(c.req.method, c.req.path.slice(apiPrefix.length));
    return bodyBytesOf(c) > maxBytes ? refusal('body-too-large', { maxBytes }) : next();
  });
  app.all(`${apiPrefix}/*`, async (c) => {
    const facts = requestFacts(c);
    const responseHeaders = new Headers({ 'cache-control': 'no-store' });
    const secret = keys && keyIn(c.req.raw.headers);
    let context: RequestContext;
    if (keys && secret) {
      try {
        const key = await keys.readKey(secret, facts);
        await keys.admit(key);
        // A call with a key has no cookie, whatever was sent along.
        context = { ...facts, key, member: null, cookieHeader: null, responseHeaders };
      } catch (error) {
        return refusedKey(error);
      }
    } else {
      if (isCrossSite(c.req.raw, origin)) return refusal('cross-origin');
      const cookieHeader = c.req.header('cookie') ?? null;
      context = { ...facts, key: null, member: await readMember(c), cookieHeader, responseHeaders };
    }
    // A large body is parsed for somebody who is known only.
    if (bodyBytesOf(c) > usualBodyBytes && !context.key && !context.member) return refusal('not-signed-in');
    const { matched, response } = await api.handle(c.req.raw, { prefix: apiPrefix, context });
    if (!matched) return refusal('not-found', { path: c.req.path });
    for (const [name, value] of responseHeaders) response.headers.append(name, value);
    return response;
  });
}
