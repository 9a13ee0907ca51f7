import { errors as joseErrors, jwtVerify } from 'jose';
import { z } from 'zod';
import { hashToken } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type SigningKeys, signingAlgorithm } from './signing-keys.ts';

/** The claim that names the sign-in (`client_grants.oauth_grant_id`) an access token belongs to. */
export const grantClaim = 'grant_id';
export const authClaim = 'https://api.openai.com/auth';
export const profileClaim = 'https://api.openai.com/profile';

/** The audience of access tokens: everything the client calls under its `chatgpt_base_url`. */
export const audienceOf = (origin: string) => `${origin}/backend-api`;

const Claims = z.object({
  sub: z.string(),
  exp: z.number(),
  [grantClaim]: z.string(),
  [authClaim]: z.object({ chatgpt_account_id: z.string() }),
});

export interface VerifiedToken {
  memberId: string;
  workspaceId: string;
  oauthGrantId: string;
  expiresAtSeconds: number;
}

const rememberedTokens = 20_000;

/**
 * Verifies access tokens: signature, issuer, audience, `typ` (RFC 9068, so an id token never passes) and expiry. Signatures already
 * verified are remembered by the token's hash; whether the sign-in still stands is asked of the database every time, elsewhere.
 */
export function openTokenVerifier({ origin, clock, keys }: Pick<Services, 'origin' | 'clock'> & { keys: SigningKeys }) {
  const remembered = new Map<string, VerifiedToken>();
  const remember = (hash: string, token: VerifiedToken) => {
    if (remembered.size >= rememberedTokens) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(hash, token);
  };
  return async (token: string): Promise<VerifiedToken> => {
    const hash = hashToken(token);
    const known = remembered.get(hash);
    if (known) {
      if (known.expiresAtSeconds * 1000 > clock().getTime()) return known;
      remembered.delete(hash);
      throw new ReeveError('token-expired');
    }
    const verified = await verify(token, { origin, now: clock(), keys });
    remember(hash, verified);
    return verified;
  };
}

async function verify(token: string, { origin, now, keys }: { origin: string; now: Date; keys: SigningKeys }) {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await keys.find(kid);
        if (!key) throw new joseErrors.JWKSNoMatchingKey();
        return key.publicKey;
      },
      {
        algorithms: [signingAlgorithm],
        issuer: origin,
        audience: audienceOf(origin),
        typ: 'at+jwt',
        currentDate: now,
      },
    );
    const claims = Claims.parse(payload);
    return {
      memberId: claims.sub,
      workspaceId: claims[authClaim].chatgpt_account_id,
      oauthGrantId: claims[grantClaim],
      expiresAtSeconds: claims.exp,
    };
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) throw new ReeveError('token-expired');
    if (error instanceof joseErrors.JOSEError || error instanceof z.ZodError) throw new ReeveError('token-invalid');
    throw error;
  }
}
