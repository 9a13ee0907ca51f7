import { hashToken } from '#server/crypto/token-hash.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { WireCall, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { findGrantOfArtifact } from '../client-grant-queries.ts';
import { deviceRedirect, deviceRedirectAliases, isKnownClient } from './clients.ts';
import { endGrant } from './end-grant.ts';
import { forwardToProvider } from './forward-to-provider.ts';
import { openProvider } from './provider.ts';
import { type Fields, readFields } from './read-fields.ts';
import { oauthError, refuseTokens } from './refuse-tokens.ts';

const asForm = (fields: Fields): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined));

/** RFC 6749 §5.2 for bodies that cannot be read; everything else is rendered by the dialect. */
async function readOauthFields(call: WireCall): Promise<Fields | Response> {
  try {
    return await readFields(call.c.req.raw);
  } catch (error) {
    if (!isReeveError(error)) throw error;
    return oauthError(error.status, 'invalid_request', String(error.details.reason ?? error.message));
  }
}

export function oauthWireRoutes(services: Services): WireRoute[] {
  const { origin } = services;
  const currentProvider = openProvider(services);
  const host = new URL(origin).host;

  const forward = async (call: WireCall, fields?: Fields) =>
    forwardToProvider(call, {
      provider: await currentProvider(),
      origin,
      form: fields === undefined ? null : asForm(fields),
    });

  const authorize = async (call: WireCall): Promise<Response> => {
    const { url } = call.c.req;
    const { pathname, search, searchParams } = new URL(url);
    // The approval page and its cookie live at our own name, whichever name led here.
    if (call.c.req.header('host') !== host)
      return new Response(null, { status: 302, headers: { location: `${origin}${pathname}${search}` } });
    // jsonb cannot hold U+0000, and no honest parameter does.
    if ([...searchParams.values()].some((value) => value.includes('\0')))
      throw new ReeveError('bad-input', { reason: 'a parameter holds a NUL character' });
    return forward(call);
  };

  const token = async (call: WireCall): Promise<Response> => {
    const fields = await readOauthFields(call);
    if (fields instanceof Response) return fields;
    const refusal = await refuseTokens(services, fields, call.ip);
    if (refusal) return refusal;
    const isAlias = deviceRedirectAliases.includes(fields.redirect_uri ?? '');
    return forward(call, isAlias ? { ...fields, redirect_uri: deviceRedirect(origin) } : fields);
  };

  const revoke = async (call: WireCall): Promise<Response> => {
    const fields = await readOauthFields(call);
    if (fields instanceof Response) return fields;
    const idHash = hashToken(fields.token ?? '');
    const grant = await findGrantOfArtifact(services.db, { model: 'RefreshToken', idHash });
    // Holding the token is enough: `codex logout` names the stock client even for a sign-in made with another client id.
    const isKnown = fields.client_id === undefined || isKnownClient(fields.client_id);
    if (!grant || !isKnown) return forward(call, fields);
    await endGrant(services, grant, { because: 'signed-out', event: 'client.signed-out', ip: call.ip });
    return new Response(null, { status: 200, headers: { 'cache-control': 'no-store' } });
  };

  const route = (method: 'GET' | 'POST', path: string, summary: string, handle: WireRoute['handle']): WireRoute => ({
    method,
    path,
    summary,
    handle,
    allow: 'anyone',
  });
  return [
    route('GET', '/oauth/authorize', 'Start of a browser sign-in', authorize),
    route('GET', '/oauth/authorize/:uid', 'Back from the approval page', authorize),
    route('POST', '/oauth/token', 'Codes and refresh tokens for access tokens', token),
    route('POST', '/oauth/revoke', 'Sign-out of a client', revoke),
    route('GET', '/oauth/jwks', 'Public keys of access tokens', (call) => forward(call)),
    route('GET', '/.well-known/openid-configuration', 'What this OAuth server can do', (call) => forward(call)),
    route('GET', '/.well-known/oauth-authorization-server', 'The same, RFC 8414', (call) => forward(call)),
  ];
}
