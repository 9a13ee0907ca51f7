import { buildEndSessionUrl } from 'openid-client';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import { openOidcClient } from './open-client.ts';

/** OpenID Connect RP-Initiated Logout §2. Null when the identity provider offers none: then its session stays. */
export async function endOidcSession(
  services: Pick<Services, 'secrets' | 'origin'>,
  connection: ConnectionRow,
  idToken: string | null,
): Promise<string | null> {
  const { configuration } = await openOidcClient(services, connection);
  if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
  return buildEndSessionUrl(configuration, {
    post_logout_redirect_uri: `${services.origin}/sign-in`,
    ...(idToken !== null && { id_token_hint: idToken }),
  }).href;
}
