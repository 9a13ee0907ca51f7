import type { EventEmitter } from 'node:events';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Services } from '#server/services.ts';
import { extendGrant } from '../client-grant-queries.ts';
import { audienceOf, authClaim, grantClaim, profileClaim } from '../client-token.ts';
import { signInLifetimes } from '../sign-in-lifetimes.ts';
import { openSigningKeys, type SigningKey, signingAlgorithm } from '../signing-keys.ts';
import { artifactAdapter } from './artifact-adapter.ts';
import { grantedScopes, loopbackRedirects, oauthClients, resourceScopes } from './clients.ts';
import { approvalPolicy, workspaceRestriction } from './interaction-rules.ts';
import { memberClaims } from './member-claims.ts';
import { findSigningInMember } from './sign-in-queries.ts';

/** Bound to this host by its prefix (RFC 6265bis §4.1.3.2), so that nobody can plant it from a sibling host. */
export const interactionCookie = '__Host-reeve_client_sign_in';

export type ProviderParts = Pick<Services, 'db' | 'clock' | 'secrets' | 'origin' | 'log' | 'signals'>;

const routes = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  jwks: '/oauth/jwks',
};

const secondsLeft = (grant: { exp?: number | undefined } | undefined): number =>
  grant?.exp === undefined ? Number.POSITIVE_INFINITY : Math.max(1, grant.exp - Math.floor(Date.now() / 1000));

function lifetimes(): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: signInLifetimes.accessTokenSeconds,
    AuthorizationCode: signInLifetimes.authorizationCodeSeconds,
    Grant: signInLifetimes.grantSeconds,
    IdToken: signInLifetimes.idTokenSeconds,
    Interaction: signInLifetimes.interactionSeconds,
    RefreshToken: (ctx: KoaContextWithOIDC) =>
      Math.min(signInLifetimes.refreshTokenSeconds, secondsLeft(ctx.oidc.entities.Grant)),
    Session: signInLifetimes.interactionSeconds,
  };
}

function features(origin: string): NonNullable<Configuration['features']> {
  const audience = audienceOf(origin);
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    dPoP: { enabled: false },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience,
        scope: resourceScopes,
        accessTokenTTL: signInLifetimes.accessTokenSeconds,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: signingAlgorithm } },
      }),
    },
  };
}

const oauthClientMetadata: NonNullable<Configuration['clients']> = oauthClients.map(({ id, name }) => ({
  client_id: id,
  client_name: name,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: loopbackRedirects,
  id_token_signed_response_alg: signingAlgorithm,
}));

function configuration(services: ProviderParts, keys: readonly SigningKey[]): Configuration {
  const claimsOf = async (memberId: string) => {
    const member = await findSigningInMember(services.db, memberId);
    return member?.status === 'active' ? memberClaims(member) : undefined;
  };
  const cookies = { httpOnly: true, secure: true, sameSite: 'lax', path: '/', overwrite: true } as const;
  return {
    adapter: artifactAdapter(services),
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) as NonNullable<Configuration['jwks']>['keys'] },
    clients: oauthClientMetadata,
    routes,
    features: features(services.origin),
    ttl: lifetimes(),
    scopes: grantedScopes.split(' '),
    claims: { openid: ['sub', authClaim], email: ['email'], profile: [profileClaim] },
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: [signingAlgorithm] },
    cookies: { names: { interaction: interactionCookie }, short: cookies, long: cookies },
    interactions: { policy: approvalPolicy(services), url: (_ctx, { uid }) => `/authorize/${uid}` },
    extraParams: {
      allowed_workspace_id: workspaceRestriction(services),
      originator: null,
      id_token_add_organizations: null,
      codex_cli_simplified_flow: null,
    },
    clientBasedCORS: () => false,
    expiresWithSession: () => false,
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    findAccount: async (_ctx, accountId) => {
      const claims = await claimsOf(accountId);
      return claims && { accountId, claims: () => ({ sub: accountId, ...claims }) };
    },
    extraTokenClaims: async (_ctx, token) =>
      token.kind === 'AccessToken' && token.accountId !== undefined
        ? { ...(await claimsOf(token.accountId)), [grantClaim]: token.grantId }
        : undefined,
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = 'text/plain';
      ctx.body = `This sign-in cannot go on: ${description ?? error}.\nClose this page and start the sign-in again in Codex.\n`;
    },
  };
}

function createProvider(services: ProviderParts, keys: readonly SigningKey[]): Provider {
  const { db, clock, log, origin } = services;
  const provider = new Provider(origin, configuration(services, keys));
  // The request we hand over names our own host and scheme, never the caller's (`asProviderRequest`).
  provider.proxy = true;
  provider.on('server_error', (_ctx, error) => log.error({ err: error }, 'the OAuth server failed'));
  const koa: EventEmitter = provider;
  koa.on('error', (error) => log.error({ err: error }, 'the OAuth server failed'));
  provider.use(async (ctx, next) => {
    await next();
    const grant = ctx.path === routes.token && ctx.status === 200 ? ctx.oidc.entities.Grant : undefined;
    if (!grant?.jti) return;
    const at = clock();
    const seconds = Math.min(signInLifetimes.refreshTokenSeconds, secondsLeft(grant));
    await extendGrant(db, grant.jti, { at, expiresAt: new Date(at.getTime() + seconds * 1000) });
  });
  return provider;
}

/** The OAuth server for the keys of this moment: rotated keys mean a new one. All its state is in the database. */
export function openProvider(services: ProviderParts): () => Promise<Provider> {
  const signingKeys = openSigningKeys(services);
  let current: { kids: string; provider: Provider } | undefined;
  return async () => {
    const keys = await signingKeys.all();
    const kids = keys.map(({ kid }) => kid).join();
    if (current?.kids !== kids) current = { kids, provider: createProvider(services, keys) };
    return current.provider;
  };
}
