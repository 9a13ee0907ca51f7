import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import type { Services } from '#server/services.ts';
import { type NewAttempt, startAttempt } from '../attempts.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import { callbackUrl } from './addresses.ts';
import { openOidcClient } from './open-client.ts';

export interface StartOptions extends Omit<NewAttempt, 'connection' | 'requestId'> {
  connection: ConnectionRow;
  /** Filled in on the identity provider's page. */
  loginHint: string | null;
  /** The person has to show who they are, whatever session the identity provider has. */
  reauthenticate: boolean;
}

/** @returns the identity provider's page the browser goes to. @throws SignOnRefused */
export async function startOidc(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  { loginHint, reauthenticate, ...options }: StartOptions,
): Promise<string> {
  const { connection } = options;
  const { configuration, scopes } = await openOidcClient(services, connection);
  const { state, nonce, codeVerifier } = await startAttempt(services, options);
  const { acr } = connection.required_context;
  return buildAuthorizationUrl(configuration, {
    redirect_uri: callbackUrl(services.origin, connection.id),
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...(loginHint !== null && { login_hint: loginHint }),
    ...(reauthenticate && { prompt: 'login', max_age: '0' }),
    ...(acr.length > 0 && { acr_values: acr.join(' ') }),
  }).href;
}
