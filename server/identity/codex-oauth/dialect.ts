import type { ReeveError } from '#server/fail.ts';
import type { Dialect } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { deviceWireRoutes } from './device-wire-routes.ts';
import { oauthWireRoutes } from './oauth-wire-routes.ts';
import { whoamiWireRoute } from './whoami-wire-route.ts';

function renderError(error: ReeveError, { requestId }: { requestId: string }): Response {
  const { reason, retryAfterSeconds } = error.details;
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (typeof retryAfterSeconds === 'number') headers['retry-after'] = String(retryAfterSeconds);
  if (error.status === 401) headers['www-authenticate'] = 'Bearer error="invalid_token"';
  const message = typeof reason === 'string' ? `${error.message} (${reason})` : error.message;
  return Response.json(
    { error: { code: error.code, message, request_id: requestId } },
    { status: error.status, headers },
  );
}

/** What stock Codex clients call to sign in, refresh and sign out. Its paths are fixed in the client. */
export const codexOauthDialect = (services: Services): Dialect => ({
  name: 'codex-oauth',
  routes: [...oauthWireRoutes(services), ...deviceWireRoutes(services), whoamiWireRoute],
  renderError,
});
