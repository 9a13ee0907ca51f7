import { allTokenScopes } from '#contract/token-scopes.ts';
import { keepFacts } from '#server/db/keep-facts.ts';
import { ReeveError } from '#server/fail.ts';
import type { AuthenticateClient, CodexClient } from '#server/http/wire-routes.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { isStoredToken, openTokenReader } from './access-tokens.ts';
import { findGrant, type GrantWithMember, touchGrant } from './client-grant-queries.ts';
import { openTokenVerifier } from './client-token.ts';
import { touchMember } from './session-queries.ts';
import { openSigningKeys } from './signing-keys.ts';

const touchAfterMs = 60_000;
/** RFC 6750 §2.1. */
const bearer = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i;

const asClient = (grant: GrantWithMember): CodexClient => ({
  workspaceId: grant.workspaceId,
  memberId: grant.memberId,
  email: grant.email,
  name: grant.name,
  permissions: permissionsFrom(grant.held),
  credential: 'codex-sign-in',
  scopes: allTokenScopes,
  credentialId: grant.id,
});

/**
 * A sign-in that ended because Codex Local went off still names its holder while it stays off: the gateway refuses the call in the
 * vendor's words, where a 401 would make the client ask for a new sign-in. Suspended members are told why for the same reason.
 */
function requireStanding({ revokedAt, revokedBecause, codexLocalEnabled, status }: GrantWithMember): void {
  if (status === 'suspended') throw new ReeveError('token-invalid', { because: 'member-suspended' });
  const isHeldByLocalOff = revokedBecause === 'local-off' && !codexLocalEnabled;
  if (status !== 'active' || (revokedAt !== null && !isHeldByLocalOff)) throw new ReeveError('token-invalid');
}

/**
 * Who calls, from `Authorization: Bearer`: an access token of a Codex sign-in, a personal access token or an API key. Members who left
 * or are suspended, revoked sign-ins and other workspaces are refused at this very request. Whether Codex Local is on is asked by the
 * gateway and at sign-in only: policy, accounts and models stay readable so that the client can show why it is refused.
 * @throws ReeveError token-invalid, token-expired
 */
export function authenticateClient(services: Services): AuthenticateClient {
  const { db, clock, changes, log } = services;
  const readGrant = keepFacts(changes, (oauthGrantId) => findGrant(db, oauthGrantId));
  const readAccessToken = openTokenReader(services);
  const verifyToken = openTokenVerifier({ ...services, keys: openSigningKeys(services) });

  /** Beside the request: nobody waits for it. */
  const touch = async ({ id, memberId }: GrantWithMember, { at, ifBefore }: { at: Date; ifBefore: Date }) => {
    await touchGrant(db, id, { at, ifBefore });
    await touchMember(db, { memberId, now: at, before: ifBefore });
  };
  const bySignIn = async (token: string): Promise<CodexClient> => {
    const verified = await verifyToken(token);
    const grant = await readGrant(verified.oauthGrantId);
    if (!grant || grant.memberId !== verified.memberId) throw new ReeveError('token-invalid');
    requireStanding(grant);
    const now = clock();
    const ifBefore = new Date(now.getTime() - touchAfterMs);
    if (grant.lastUsedAt === null || grant.lastUsedAt < ifBefore) {
      grant.lastUsedAt = now;
      touch(grant, { at: now, ifBefore }).catch((error: unknown) =>
        log.warn({ err: error }, 'the last use of a sign-in could not be noted'),
      );
    }
    return asClient(grant);
  };

  return async (request) => {
    const token = bearer.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined) throw new ReeveError('token-invalid');
    const client = isStoredToken(token) ? await readAccessToken(token) : await bySignIn(token);
    const account = request.headers.get('chatgpt-account-id');
    if (account !== null && account !== client.workspaceId)
      throw new ReeveError('token-invalid', { reason: 'ChatGPT-Account-Id names another workspace' });
    return client;
  };
}
