import { createHash, randomBytes } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';
import { insertClientGrant, type NewClientGrant } from '../client-grant-queries.ts';
import { audienceOf } from '../client-token.ts';
import { signInLifetimes } from '../sign-in-lifetimes.ts';
import { deviceRedirect, grantedScopes, resourceScopes } from './clients.ts';

/** A grant of all scopes a Codex client asks for. Nobody is asked to choose: without them it does not work. */
export async function saveGrant(
  provider: Provider,
  { clientId, memberId, origin }: { clientId: string; memberId: string; origin: string },
): Promise<string> {
  const grant = new provider.Grant({ accountId: memberId, clientId });
  grant.addOIDCScope(grantedScopes);
  grant.addResourceScope(audienceOf(origin), resourceScopes);
  return grant.save();
}

/** A sign-in that is not exchanged yet: it counts for as long as its code, and for longer once it has a refresh token. */
export const newClientGrant = (grant: Omit<NewClientGrant, 'id' | 'expiresAt'>): NewClientGrant => ({
  ...grant,
  id: newId('cgr'),
  expiresAt: new Date(grant.createdAt.getTime() + signInLifetimes.interactionSeconds * 1000),
});

export interface IssuedCode {
  authorization_code: string;
  code_challenge: string;
  code_verifier: string;
}

/** For the device flow, where the server makes the PKCE pair and hands the verifier over with the code. */
export async function issueDeviceCode(
  { db, clock, origin }: Pick<Services, 'db' | 'clock' | 'origin'>,
  provider: Provider,
  request: { clientId: string; memberId: string; workspaceId: string; ip: string | null },
): Promise<IssuedCode> {
  const { clientId, memberId, workspaceId, ip } = request;
  const client = await provider.Client.find(clientId);
  if (!client) throw new Error(`the client ${clientId} is not configured`);
  const verifier = randomBytes(64).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const grantId = await saveGrant(provider, { clientId, memberId, origin });
  const code = new provider.AuthorizationCode({
    accountId: memberId,
    client,
    grantId,
    gty: 'authorization_code',
    redirectUri: deviceRedirect(origin),
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    scope: `${grantedScopes} ${resourceScopes}`,
    resource: audienceOf(origin),
    authTime: Math.floor(Date.now() / 1000),
  });
  const value = await code.save();
  const grant = { workspaceId, memberId, oauthGrantId: grantId, clientId, ip, createdAt: clock() };
  await insertClientGrant(db, newClientGrant({ ...grant, method: 'device-code' }));
  return { authorization_code: value, code_challenge: challenge, code_verifier: verifier };
}
