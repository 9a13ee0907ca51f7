import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  type Configuration,
  fetchUserInfo,
  type IDToken,
  ResponseBodyError,
} from 'openid-client';
import { AddressRefused } from '#server/http/guarded-fetch.ts';
import type { Services } from '#server/services.ts';
import type { Attempt } from '../attempt-queries.ts';
import type { AttemptSecrets } from '../attempts.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import type { Proof } from '../finish-sign-in.ts';
import { type Claims, readClaim } from '../map-claims.ts';
import { SignOnRefused } from '../problems.ts';
import { callbackUrl } from './addresses.ts';
import { openOidcClient, reasonOf } from './open-client.ts';

/** A clock may be this far ahead of ours; a token from further in the future was made for later. */
const futureSeconds = 120;
/** After a forced sign-in: how long ago it may have been (a person reads a prompt and types a code). */
const reauthenticationSeconds = 300;

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'OAUTH_TIMEOUT']);

function isNetwork(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AddressRefused || at.name === 'TimeoutError') return true;
    const { code } = at as NodeJS.ErrnoException;
    if (code !== undefined && (networkCodes.has(code) || code.startsWith('CERT_') || code.includes('_CERT')))
      return true;
  }
  return false;
}

/** What openid-client threw, for the people who can do something about it. */
function asRefusal(error: unknown): SignOnRefused {
  if (error instanceof SignOnRefused) return error;
  if (error instanceof AuthorizationResponseError) {
    const said = [error.error, error.error_description].filter((text) => text !== undefined).join(': ');
    return new SignOnRefused('provider-refused', { said, cause: error });
  }
  if (error instanceof ResponseBodyError) {
    const said = [error.error, error.error_description].filter((text) => text !== undefined).join(': ');
    const message = 'The identity provider did not accept this server’s request for the sign-in’s outcome.';
    return new SignOnRefused('answer-invalid', { message, said, cause: error });
  }
  if (isNetwork(error))
    return new SignOnRefused('provider-unreachable', {
      cause: error,
      message: `The identity provider could not be asked: ${reasonOf(error)}`,
    });
  const message = `The answer of the identity provider was not accepted: ${reasonOf(error)}.`;
  return new SignOnRefused('answer-invalid', { message, cause: error });
}

function refuseFuture({ iat }: IDToken, now: Date): void {
  if (iat > now.getTime() / 1000 + futureSeconds)
    throw new SignOnRefused('answer-invalid', {
      message: 'The answer of the identity provider is from the future: its clock, or this server’s, is wrong.',
    });
}

/** OpenID Connect Core §3.1.3.7, step 5; the library asks only when there are several audiences. */
function refuseOtherParty({ azp }: IDToken, configuration: Configuration): void {
  if (azp !== undefined && azp !== configuration.clientMetadata().client_id)
    throw new SignOnRefused('answer-invalid', {
      message: 'The answer of the identity provider was issued to another application (azp).',
    });
}

/** The ID token is signed and wins; the user info endpoint fills in what it leaves out. */
async function withUserInfo(
  configuration: Configuration,
  connection: ConnectionRow,
  { idToken, accessToken }: { idToken: IDToken; accessToken: string },
): Promise<Claims> {
  const { email, name, groups } = connection.claims;
  const isComplete = [email, name, groups].every((claim) => claim === null || readClaim(idToken, claim) !== undefined);
  if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return idToken;
  // Checks that it is about the same subject (OpenID Connect Core §5.3.2).
  const userInfo = await fetchUserInfo(configuration, accessToken, idToken.sub);
  // A vouch belongs to the address it came with.
  const vouching = idToken.email === undefined ? userInfo : idToken;
  return { ...userInfo, ...idToken, email: vouching.email, email_verified: vouching.email_verified };
}

/** `"true"` as a text comes from several providers. Only about the claim that is called `email`. */
function readVouch({ claims: mapping }: ConnectionRow, claims: Claims): boolean | null {
  const { email_verified: vouched } = claims;
  if (vouched === false || vouched === 'false') return false;
  return (vouched === true || vouched === 'true') && mapping.email === 'email' ? true : null;
}

/** Before 1970 or after the year 5000 is no time that anybody signed in at, and the latter none that a column could hold. */
const readAuthTime = ({ auth_time: at }: IDToken): Date | null =>
  typeof at === 'number' && at > 0 && at < 1e11 ? new Date(at * 1000) : null;

const asTexts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string');

export interface OidcAnswer extends AttemptSecrets {
  connection: ConnectionRow;
  attempt: Attempt;
  state: string;
  query: URLSearchParams;
}

/**
 * Exchanges the code and checks what comes back: issuer (RFC 9207), state, nonce, signature, audience, times.
 * @throws SignOnRefused
 */
export async function receiveAnswer(
  services: Pick<Services, 'secrets' | 'origin' | 'clock'>,
  { connection, attempt, state, nonce, codeVerifier, query }: OidcAnswer,
): Promise<Proof> {
  const { configuration } = await openOidcClient(services, connection);
  const answered = new URL(callbackUrl(services.origin, connection.id));
  answered.search = query.toString();
  try {
    const tokens = await authorizationCodeGrant(configuration, answered, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
      ...(attempt.purpose === 'step-up' && { maxAge: reauthenticationSeconds }),
    });
    const idToken = tokens.claims();
    if (!idToken) throw new SignOnRefused('answer-invalid', { message: 'The identity provider sent no ID token.' });
    refuseFuture(idToken, services.clock());
    refuseOtherParty(idToken, configuration);
    const claims = await withUserInfo(configuration, connection, { idToken, accessToken: tokens.access_token });
    return {
      // OpenID Connect Core §5.7: only the two together name somebody. A connection may be given another issuer.
      subject: `${idToken.iss} ${idToken.sub}`,
      claims,
      emailVerified: readVouch(connection, claims),
      amr: asTexts(idToken.amr),
      acr: typeof idToken.acr === 'string' ? idToken.acr : null,
      authenticatedAt: readAuthTime(idToken),
      sessionEndsAt: null,
      logoutHint: tokens.id_token ?? null,
    };
  } catch (error) {
    throw asRefusal(error);
  }
}
