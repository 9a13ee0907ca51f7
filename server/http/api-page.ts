import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import type { Hono } from 'hono';
import { contract } from '#contract/index.ts';
import type { HttpEnv } from './http-env.ts';
import { apiPrefix } from './own-api.ts';
import { consoleHeaders, newCspNonce } from './security-headers.ts';

// Its own entry loads a bundle for browsers, only to say where it is.
const swaggerFolder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));

/** OpenAPI 3.1 of Reeve's own API. */
export const describeApi = () =>
  new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
    info: {
      title: 'Reeve',
      version: '1',
      description:
        'The admin API of Reeve. The session cookie of the console signs calls, or an API key of the workspace; which permission or scope each one needs is in docs/generated/permissions.md and key-scopes.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: apiPrefix }],
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-reeve_session', description: 'A signed-in member.' },
        key: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'rk-…',
          description: 'An API key of the workspace. Each alternative names a scope that is enough.',
        },
      },
    },
  });

const document = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Reeve API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css"><link rel="icon" href="/favicon.svg"></head>
<body><div id="api"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body>
</html>
`;

const startScript = `SwaggerUIBundle({ url: '${apiPrefix}/openapi.json', dom_id: '#api', deepLinking: true, supportedSubmitMethods: [] });
`;

/** The API's description and a page to read it on, all from our origin: Reeve may run without internet. */
export function mountApiPage(app: Hono<HttpEnv>): void {
  let described: ReturnType<typeof describeApi> | undefined;
  app.get(`${apiPrefix}/openapi.json`, async (c) => {
    described ??= describeApi();
    return c.json(await described);
  });
  app.get('/api/docs', (c) => c.html(document, 200, consoleHeaders(newCspNonce())));
  app.get('/api/docs/start.js', (c) => c.body(startScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    app.get(`/api/docs/${file}`, serveStatic({ root: swaggerFolder, path: file }));
}
