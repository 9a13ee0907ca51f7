import { ReeveError } from '#server/fail.ts';
import type { Dialect, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import type { Gateway } from './gateway.ts';
import { handleCall } from './handle-call.ts';
import { handleModels } from './list-models.ts';
import { wordError } from './word-error.ts';

/** Where clients look for a Responses API: Codex under its own base URLs, clients of the API itself under /v1. */
const prefixes = ['/backend-api/codex', '/api/codex', '/v1'] as const;

const routesUnder = (prefix: string, services: Services, gateway: Gateway): WireRoute[] => [
  {
    method: 'POST',
    path: `${prefix}/responses`,
    allow: 'checked-inside',
    summary: 'A model call, streamed to the upstream and back',
    handle: (call) => handleCall(gateway, call),
  },
  {
    method: 'GET',
    path: `${prefix}/models`,
    allow: 'codex-client',
    summary: 'The models this member may use',
    handle: (call) => handleModels(services, call),
  },
  {
    method: 'ALL',
    path: `${prefix}/responses/*`,
    allow: 'anyone',
    summary: 'Parts of the Responses API that the gateway does not have: 404',
    handle: ({ c }) => {
      throw new ReeveError('not-found', {}, { message: `The model gateway has no ${c.req.method} ${c.req.path}.` });
    },
  },
];

/** The Responses API as the stock clients speak it. */
export const responsesDialect = (services: Services, gateway: Gateway): Dialect => ({
  name: 'responses-api',
  routes: prefixes.flatMap((prefix) => routesUnder(prefix, services, gateway)),
  renderError: (error) => wordError(error, { isCodex: false }),
});
