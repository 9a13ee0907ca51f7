import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, Hono } from 'hono';
import type { Logger } from 'pino';
import type { HostedIn } from '#contract/activity-events.ts';
import type { KeyScope } from '#contract/key-scopes.ts';
import type { Permission } from '#contract/permissions.ts';
import type { TokenScope } from '#contract/token-scopes.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import { type HttpEnv, requestFacts } from './http-env.ts';
import { keyIn } from './key-calls.ts';
import { ClientLeft } from './receive-body.ts';
import type { KeyHolder, ReadKey } from './request-context.ts';

/** The member behind a Codex client's credential, as of this request. */
export interface CodexClient {
  workspaceId: string;
  memberId: string;
  email: string;
  name: string;
  permissions: ReadonlySet<Permission>;
  /** `hosted-task`: the client in the container of a task, for the member whose task it is. */
  credential: 'codex-sign-in' | 'personal-access-token' | 'api-key' | 'hosted-task';
  /** What the credential was made for; a sign-in is for everything. */
  scopes: readonly TokenScope[];
  /** client_grants.id for a sign-in, access_tokens.id otherwise. */
  credentialId: string;
  /** With `hosted-task` only. */
  hosted?: HostedIn | undefined;
}

/**
 * - `anyone`: no credential;
 * - `codex-client`: a valid Codex credential, checked before the handler runs;
 * - `checked-inside`: needs one too, or a token of the dialect's own, but the handler asks for it itself;
 * - `{ scope }`: an API key of the workspace that has this scope, or one of these, checked before the handler runs.
 */
export type WireAllow = 'anyone' | 'codex-client' | 'checked-inside' | { scope: KeyScope | readonly KeyScope[] };

export interface WireCall {
  c: Context<HttpEnv>;
  requestId: string;
  log: Logger;
  ip: string | null;
  userAgent: string | null;
  client: CodexClient | null;
  key: KeyHolder | null;
  /** The check of the request's credential, or of another request's, for routes that are `checked-inside`. */
  authenticate: (request?: Request) => Promise<CodexClient>;
  /** The same for a key of the workspace that has the scope. @throws ReeveError key-invalid, scope-missing … */
  requireKey: (scope: KeyScope, request?: Request) => Promise<KeyHolder>;
}

export interface WireRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'ALL';
  path: string;
  allow: WireAllow;
  summary: string;
  handle: (call: WireCall) => Response | Promise<Response>;
}

/** Somebody else's wire format: its routes, and how it words an error. */
export interface Dialect {
  name: string;
  routes: readonly WireRoute[];
  renderError: (error: ReeveError, call: Pick<WireCall, 'requestId'>) => Response;
}

export type AuthenticateClient = (request: Request, facts: { ip: string | null }) => Promise<CodexClient>;

export function clientOf(call: WireCall): CodexClient {
  if (!call.client) throw new ReeveError('token-invalid');
  return call.client;
}

/** The key behind a call of a route with `{ scope }`. */
export function keyOf(call: Pick<WireCall, 'key'>): KeyHolder {
  if (!call.key) throw new ReeveError('key-invalid');
  return call.key;
}

async function requireKey(
  request: Request,
  { readKey, scope, ip }: { readKey: ReadKey | undefined; scope: KeyScope | readonly KeyScope[]; ip: string | null },
) {
  const secret = keyIn(request.headers);
  if (!readKey || secret === null) throw new ReeveError('key-invalid');
  const key = await readKey(secret, { ip });
  const anyOf: readonly KeyScope[] = typeof scope === 'string' ? [scope] : scope;
  if (!anyOf.some((each) => key.scopes.has(each)))
    throw new ReeveError('scope-missing', anyOf.length === 1 ? { scope: anyOf[0] } : { anyOf });
  return key;
}

export function mountDialect(
  app: Hono<HttpEnv>,
  dialect: Dialect,
  authenticate: AuthenticateClient,
  readKey?: ReadKey,
): void {
  for (const route of dialect.routes) {
    const run = async (c: Context<HttpEnv>): Promise<Response> => {
      const facts = requestFacts(c);
      try {
        const { allow } = route;
        const client = allow === 'codex-client' ? await authenticate(c.req.raw, facts) : null;
        const key =
          typeof allow === 'object' ? await requireKey(c.req.raw, { readKey, scope: allow.scope, ip: facts.ip }) : null;
        return await route.handle({
          c,
          ...facts,
          client,
          key,
          authenticate: (request = c.req.raw) => authenticate(request, facts),
          requireKey: (scope, request = c.req.raw) => requireKey(request, { readKey, scope, ip: facts.ip }),
        });
      } catch (error) {
        if (isReeveError(error)) return dialect.renderError(error, facts);
        if (error instanceof ClientLeft) return RESPONSE_ALREADY_SENT;
        facts.log.error({ err: error, route: `${route.method} ${route.path}` }, 'a wire route failed');
        return dialect.renderError(new ReeveError('internal', { reference: facts.requestId }), facts);
      }
    };
    if (route.method === 'ALL') app.all(route.path, run);
    else app.on(route.method, route.path, run);
  }
}
