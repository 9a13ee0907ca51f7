import { localOffMessage } from '#contract/errors.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { type ArtifactOfGrant, findGrantOfArtifact } from '../client-grant-queries.ts';
import { signInLifetimes } from '../sign-in-lifetimes.ts';
import { type EndGrantParts, endGrant } from './end-grant.ts';
import { mayUseCodex } from './may-use-codex.ts';
import type { Fields } from './read-fields.ts';

/** A code that was never issued: what a client gets after its device code was denied, so that it can be told so. */
export const deniedCode = 'denied-in-the-browser';

const noStore = { 'cache-control': 'no-store' };

/** RFC 6749 §5.2. The client prints `error_description` as it is. */
export const oauthError = (status: number, error: string, description: string): Response =>
  Response.json({ error, error_description: description }, { status, headers: noStore });

/** The form in which clients look for the reason of a failed refresh; each code has its own sentence there. */
const refreshRefused = (reason: 'expired' | 'reused' | 'invalidated', message: string): Response =>
  Response.json({ error: { code: `refresh_token_${reason}`, message } }, { status: 401, headers: noStore });

async function refuseCode(services: EndGrantParts, { code = '' }: Fields, ip: string | null): Promise<Response | null> {
  if (code === deniedCode) return oauthError(403, 'access_denied', 'This sign-in was denied in the browser.');
  const grant = await findGrantOfArtifact(services.db, { model: 'AuthorizationCode', idHash: hashToken(code) });
  if (!grant || grant.consumedAt !== null || mayUseCodex(grant)) return null;
  await endGrant(services, grant, { because: 'not-permitted', event: 'client.refused', ip });
  return oauthError(403, 'access_denied', localOffMessage);
}

const wasUsedUp = ({ consumedAt }: ArtifactOfGrant, now: Date): boolean =>
  consumedAt !== null && now.getTime() - consumedAt.getTime() >= signInLifetimes.refreshReuseGraceSeconds * 1000;

async function refuseRefresh(
  services: EndGrantParts,
  { refresh_token: token = '', client_id: clientId }: Fields,
  ip: string | null,
): Promise<Response | null> {
  const grant = await findGrantOfArtifact(services.db, { model: 'RefreshToken', idHash: hashToken(token) });
  if (!grant || grant.clientId !== clientId) return null;
  const now = services.clock();
  if (grant.revokedAt !== null) return refreshRefused('invalidated', 'This sign-in was revoked. Sign in again.');
  if (grant.expiresAt !== null && grant.expiresAt <= now)
    return refreshRefused('expired', 'This sign-in has expired. Sign in again.');
  if (wasUsedUp(grant, now)) {
    await endGrant(services, grant, { because: 'refresh-token-reused', event: 'refresh-token.reused', ip });
    return refreshRefused('reused', 'This refresh token was used before. Sign in again.');
  }
  if (mayUseCodex(grant)) return null;
  await endGrant(services, grant, { because: 'not-permitted', event: 'client.signed-out', ip });
  return refreshRefused('invalidated', localOffMessage);
}

/** What the OAuth server does not know: who may use Codex now, and the words the client understands. Null: it decides the rest. */
export async function refuseTokens(
  services: EndGrantParts,
  fields: Fields,
  ip: string | null,
): Promise<Response | null> {
  if (fields.grant_type === 'authorization_code') return refuseCode(services, fields, ip);
  if (fields.grant_type === 'refresh_token') return refuseRefresh(services, fields, ip);
  return null;
}
