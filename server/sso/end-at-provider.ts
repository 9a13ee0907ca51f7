import { logoutHintPlace, type SignOnOfSession } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { findConnectionOfSignIn } from './connection-queries.ts';
import { endOidcSession } from './oidc/end-oidc-session.ts';
import { SignOnRefused } from './problems.ts';
import { samlLogoutUrl } from './saml/logout.ts';

/**
 * Where the browser goes to end the identity provider's session too, after the one here has ended; null when there is no such place. A
 * sign-out never fails because of it.
 */
export const endAtProvider =
  (services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin' | 'log'>) =>
  async ({ sessionId, connectionId, sealedLogoutHint }: SignOnOfSession): Promise<string | null> => {
    const connection = await findConnectionOfSignIn(services.db, connectionId);
    if (!connection) return null;
    try {
      const hint =
        sealedLogoutHint === null ? null : await services.secrets.open(sealedLogoutHint, logoutHintPlace(sessionId));
      if (connection.kind === 'oidc') return await endOidcSession(services, connection, hint);
      return hint === null ? null : await samlLogoutUrl(services, connection, hint);
    } catch (error) {
      const level = error instanceof SignOnRefused ? 'warn' : 'error';
      services.log[level]({ err: error, connection: connection.name }, 'the sign-out could not be passed on');
      return null;
    }
  };
