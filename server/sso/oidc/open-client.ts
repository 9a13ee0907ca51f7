import { LRUCache } from 'lru-cache';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ServerMetadata,
} from 'openid-client';
import { allowsHttp, guardedFetch, refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import { SignOnRefused } from '../problems.ts';
import { oidcSettings } from '../read-connections.ts';
import { clientSecretPlace } from '../secret-places.ts';

/** Signatures of keys that the identity provider publishes. Never `none`, and never HS*, which anyone who knows the client secret makes. */
const signatures = new Set([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]);
const clockToleranceSeconds = 60;
const requestSeconds = 10;
/** Endpoints move rarely; keys are asked for at every sign-in, so that a rollover is never noticed here. */
const metadataKeptMs = 10 * 60 * 1000;

const metadataOf = new LRUCache<string, ServerMetadata>({ max: 100, ttl: metadataKeptMs });

const fetchGuarded = (
  url: string,
  options: { method: string; headers: Record<string, string>; body?: unknown; signal?: AbortSignal },
) =>
  guardedFetch(url, {
    method: options.method,
    headers: options.headers,
    body: options.body === undefined || options.body === null ? null : String(options.body),
    ...(options.signal && { signal: options.signal }),
  });

const unreachable = (issuer: string, cause: unknown): SignOnRefused =>
  new SignOnRefused('provider-unreachable', {
    cause,
    message: `The identity provider at ${issuer} could not be asked: ${reasonOf(cause)}`,
  });

/** The deepest message: the libraries wrap what the network said. */
export function reasonOf(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  return (reason instanceof Error ? reason.message : String(reason)).slice(0, 300);
}

async function discover(issuer: string, clientId: string): Promise<ServerMetadata> {
  const url = new URL(issuer);
  const known = metadataOf.get(issuer);
  if (known) return known;
  const execute = allowsHttp(url) ? [allowInsecureRequests] : [];
  const found = await discovery(url, clientId, undefined, None(), {
    execute,
    timeout: requestSeconds,
    [customFetch]: fetchGuarded,
  }).catch((cause: unknown) => {
    throw unreachable(issuer, cause);
  });
  const metadata = found.serverMetadata();
  // Of a multi-tenant issuer every company's administrators decide which addresses their people have.
  if (metadata.issuer.includes('{tenantid}'))
    throw new SignOnRefused('answer-invalid', {
      message:
        'This issuer is shared by every Entra ID tenant. Use that of your own tenant: https://login.microsoftonline.com/<tenant id>/v2.0.',
    });
  for (const endpoint of [metadata.authorization_endpoint, metadata.end_session_endpoint])
    if (endpoint !== undefined)
      refuseUnsafeUrl(new URL(endpoint), (message) => new SignOnRefused('answer-invalid', { message }));
  metadataOf.set(issuer, metadata);
  return metadata;
}

const authenticationOf = (
  secret: string | null,
  { token_endpoint_auth_methods_supported: methods }: ServerMetadata,
) => {
  if (secret === null) return None();
  // OpenID Connect Discovery §3: basic when nothing is said.
  return methods === undefined || methods.includes('client_secret_basic')
    ? ClientSecretBasic(secret)
    : ClientSecretPost(secret);
};

export interface OidcClient {
  configuration: Configuration;
  scopes: readonly string[];
}

/**
 * The connection as openid-client needs it, made anew for each use: nothing of one sign-in is left for the next.
 * @throws SignOnRefused provider-unreachable, answer-invalid
 */
export async function openOidcClient(
  { secrets }: Pick<Services, 'secrets'>,
  connection: ConnectionRow,
): Promise<OidcClient> {
  const settings = oidcSettings(connection);
  if (settings === null)
    throw new SignOnRefused('connection-off', { message: 'This connection has no issuer and client id yet.' });
  const { issuer, clientId, scopes } = settings;
  const metadata = await discover(issuer, clientId);
  const sealed = connection.sealed_client_secret;
  const secret = sealed === null ? null : await secrets.open(sealed, clientSecretPlace(connection.id));
  const offered = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
  const configuration = new Configuration(
    { ...metadata, id_token_signing_alg_values_supported: offered.filter((name) => signatures.has(name)) },
    clientId,
    { [clockTolerance]: clockToleranceSeconds },
    authenticationOf(secret, metadata),
  );
  configuration[customFetch] = fetchGuarded;
  configuration.timeout = requestSeconds;
  // Without it an ID token that came from the token endpoint is believed unsigned (OpenID Connect Core §3.1.3.7 allows that).
  enableNonRepudiationChecks(configuration);
  if (allowsHttp(new URL(issuer))) allowInsecureRequests(configuration);
  return { configuration, scopes };
}
