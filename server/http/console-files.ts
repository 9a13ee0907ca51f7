import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono } from 'hono';
import type { HttpEnv } from './http-env.ts';
import { consoleHeaders, newCspNonce } from './security-headers.ts';

const folder = join(import.meta.dirname, '../../dist/console');
/** The build writes this where the nonce of each answer goes. */
const noncePlaceholder = '__CSP_NONCE__';

const notBuilt = 'The console is not built. Run `npm start`, which builds it, or `npm run build`.\n';

/** The console's hashed assets, and its one document for every path that nothing else answers. */
export function mountConsole(app: Hono<HttpEnv>): void {
  app.use('/assets/*', async (c, next) => {
    await next();
    if (c.res.ok) c.res.headers.set('cache-control', 'public, max-age=31536000, immutable');
  });
  app.use('/assets/*', serveStatic({ root: folder, precompressed: true }));
  app.get('/favicon.svg', serveStatic({ root: folder }));
  app.get('*', async (c) => {
    if (!(c.req.header('accept') ?? '').includes('text/html'))
      return c.json({ error: { code: 'not-found', message: 'There is nothing here.' } }, 404);
    const document = await readFile(join(folder, 'index.html'), 'utf8').catch(() => null);
    if (document === null) return c.text(notBuilt, 503);
    const nonce = newCspNonce();
    return c.html(document.replaceAll(noncePlaceholder, nonce), 200, {
      'cache-control': 'no-store',
      ...consoleHeaders(nonce),
    });
  });
}
