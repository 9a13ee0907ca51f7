import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { isReeveError, ReeveError } from '#server/fail.ts';
import { type Dialect, keyOf, type WireCall, type WireRoute } from '#server/http/wire-routes.ts';
import { answerScim } from './answer.ts';
import { answerBulk } from './bulk.ts';
import { limits } from './limits.ts';
import { openContactNotes } from './note-contact.ts';
import { refusal } from './refuse.ts';
import { errorBody, renderError, scimContentType } from './render-error.ts';
import type { ScimAnswer, ScimCaller, ScimMethod, ScimRequest, ScimServices } from './scim-call.ts';

export const scimPath = '/scim/v2';

const tooLarge = () =>
  new ReeveError('body-too-large', {}, { message: `A request may have ${limits.bodyBytes} bytes at most.` });

/** @throws ReeveError body-too-large, bad-input (invalidSyntax) */
async function readBody(request: Request): Promise<unknown> {
  if (Number(request.headers.get('content-length') ?? 0) > limits.bodyBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limits.bodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw refusal('invalidSyntax', 'The body is not JSON.');
  }
}

const hasBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

function pathOf(url: URL): string[] {
  try {
    const below = url.pathname.slice(scimPath.length).split('/').filter(Boolean);
    return below.map(decodeURIComponent);
  } catch {
    throw refusal('invalidPath', 'The path has a percent sign that stands for nothing.');
  }
}

async function readRequest({ c }: WireCall): Promise<ScimRequest> {
  const method = c.req.method as ScimMethod;
  return {
    method,
    path: pathOf(new URL(c.req.url)),
    query: c.req.query(),
    body: hasBody.has(method) ? await readBody(c.req.raw) : undefined,
    ifMatch: c.req.header('if-match') ?? null,
    ifNoneMatch: c.req.header('if-none-match') ?? null,
  };
}

function asResponse({ status, body, version, location }: ScimAnswer): Response {
  const headers = new Headers();
  if (body !== undefined) headers.set('content-type', scimContentType);
  if (version) headers.set('etag', version);
  if (location) headers.set('location', location);
  return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
}

function openLimiter(points: number) {
  const limiter = new RateLimiterMemory({ points, duration: 60 });
  return async (keyId: string): Promise<void> => {
    try {
      await limiter.consume(keyId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new ReeveError('too-many-calls', {
        retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)),
      });
    }
  };
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const routesOfResource = (resource: 'Users' | 'Groups', what: string): Omit<WireRoute, 'handle' | 'allow'>[] => [
  { method: 'GET', path: `/${resource}`, summary: `Search ${what}` },
  { method: 'POST', path: `/${resource}`, summary: `Create one of the ${what}` },
  { method: 'POST', path: `/${resource}/.search`, summary: `Search ${what}, asked in the body` },
  { method: 'GET', path: `/${resource}/:id`, summary: `One of the ${what}` },
  { method: 'PUT', path: `/${resource}/:id`, summary: `Replace one of the ${what}` },
  { method: 'PATCH', path: `/${resource}/:id`, summary: `Change one of the ${what}` },
  { method: 'DELETE', path: `/${resource}/:id`, summary: `Delete one of the ${what}` },
];

/**
 * SCIM 2.0 (RFC 7643, RFC 7644) for identity providers. They see and change what they provisioned, nobody else. Mounted for every path
 * below, so that what is not there is refused in their words too.
 */
export function scimDialect(
  services: ScimServices,
  { requestsEachMinute = limits.requestsEachMinute }: { requestsEachMinute?: number } = {},
): Dialect {
  const admit = openLimiter(requestsEachMinute);
  const note = openContactNotes(services);
  const answer = async (caller: ScimCaller, call: WireCall): Promise<ScimAnswer> => {
    const request = await readRequest(call);
    if (request.path[0] === 'Bulk' && request.method === 'POST') return answerBulk(services, caller, request.body);
    return answerScim(services, caller, request);
  };
  const handle = async (call: WireCall): Promise<Response> => {
    const { keyId, workspaceId, actor } = keyOf(call);
    await admit(keyId);
    const caller = { workspaceId, actor, baseUrl: `${services.origin}${scimPath}` };
    try {
      const answered = await answer(caller, call);
      note(workspaceId, null);
      return asResponse(answered);
    } catch (error) {
      const status = isReeveError(error) ? error.status : 500;
      const detail = isReeveError(error) ? errorBody(error).detail : 'Reeve failed.';
      note(workspaceId, { status, detail, method: call.c.req.method, path: call.c.req.path.slice(0, 500) });
      throw error;
    }
  };
  const routes = [
    ...routesOfResource('Users', 'users'),
    ...routesOfResource('Groups', 'groups'),
    { method: 'POST', path: '/Bulk', summary: 'Many changes in one request' },
    ...['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/:id', '/Schemas', '/Schemas/:id', '/Me'].map(
      (path) => ({ method: 'GET', path, summary: 'What this SCIM server has' }) as const,
    ),
    ...methods.map((method) => ({ method, path: '/*', summary: 'Refused: nothing of SCIM is here' }) as const),
  ] satisfies Omit<WireRoute, 'handle' | 'allow'>[];
  return {
    name: 'SCIM 2.0',
    routes: routes.map((route) => ({ ...route, path: `${scimPath}${route.path}`, allow: { scope: 'scim' }, handle })),
    renderError,
  };
}
