import type { Hono } from 'hono';
import type { HttpEnv } from './http-env.ts';

/** Where stock clients call; what they ask for there and we do not know is worth a line in the log. */
const clientPrefixes = ['/backend-api/*', '/api/codex/*', '/api/accounts/*', '/oauth/*', '/otel/*', '/v1/*'] as const;
const rememberedPaths = 1000;

/** Ids differ on every call; without them a path is named once. */
const shapeOf = (path: string): string =>
  path
    .split('/')
    .map((part) => (/\d{3,}|[0-9a-f]{8,}/i.test(part) ? ':id' : part))
    .join('/')
    .slice(0, 200);

/** A JSON 404 for what the clients' protocol has and Reeve has not, logged once per path, so that drift shows. */
export function mountUnknownPaths(app: Hono<HttpEnv>): void {
  const seen = new Set<string>();
  for (const prefix of clientPrefixes) {
    app.all(prefix, (c) => {
      const shape = `${c.req.method} ${shapeOf(c.req.path)}`;
      if (!seen.has(shape) && seen.size < rememberedPaths) {
        seen.add(shape);
        c.get('log').warn(
          { path: shape, userAgent: c.req.header('user-agent')?.slice(0, 200) },
          'a client asked for a path that Reeve does not know',
        );
      }
      return c.json(
        {
          error: { code: 'not-found', message: `Reeve has nothing at ${c.req.path}.` },
          request_id: c.get('requestId'),
        },
        404,
      );
    });
  }
}
