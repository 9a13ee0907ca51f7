import type { Adapter, AdapterPayload } from 'oidc-provider';
import { hashToken } from '#server/crypto/token-hash.ts';
import { signInLifetimes } from '../sign-in-lifetimes.ts';
import {
  consumeArtifact,
  deleteArtifact,
  findArtifact,
  type StoredArtifact,
  upsertArtifact,
} from './artifact-queries.ts';
import { type EndGrantParts, endReusedCode } from './end-grant.ts';

/**
 * Not kept: clients are a fixed list, and the browser's session is the console's own. A session of the provider would let a second
 * `codex login` in that browser through without anybody being asked.
 */
const notStored = new Set(['Client', 'Session']);
const graceMs = signInLifetimes.refreshReuseGraceSeconds * 1000;

function isUsedUp(model: string, { consumedAt }: StoredArtifact, now: Date): boolean {
  if (consumedAt === null) return false;
  return model !== 'RefreshToken' || now.getTime() - consumedAt.getTime() >= graceMs;
}

/**
 * Where oidc-provider keeps its state. The id of a code or refresh token is the token itself, so it is stored as a hash and left out of
 * the payload. A refresh token counts as unused during the grace after its first use.
 */
export const artifactAdapter =
  (services: EndGrantParts) =>
  (model: string): Adapter => {
    if (notStored.has(model)) return nothingStored;
    const { db, clock } = services;
    const key = (id: string) => ({ model, idHash: hashToken(id) });
    return {
      async upsert(id, { jti: _id, ...payload }, expiresInSeconds) {
        const expiresAt = expiresInSeconds ? new Date(Date.now() + expiresInSeconds * 1000) : null;
        const grantId = model === 'Grant' ? id : (payload.grantId ?? null);
        await upsertArtifact(db, { ...key(id), payload, grantId, expiresAt });
      },
      async find(id) {
        const stored = await findArtifact(db, key(id));
        if (!stored) return undefined;
        const consumed = isUsedUp(model, stored, clock()) ? { consumed: true } : {};
        return { ...(stored.payload as AdapterPayload), jti: id, ...consumed };
      },
      findByUid: async () => undefined,
      findByUserCode: async () => undefined,
      consume: (id) => consumeArtifact(db, { ...key(id), at: clock() }),
      destroy: (id) => deleteArtifact(db, key(id)),
      // Asked of every model when a code is used twice; refresh tokens and sign-outs are judged before they get here.
      revokeByGrantId: async (grantId) => {
        if (model === 'AuthorizationCode') await endReusedCode(services, grantId);
      },
    };
  };

const nothingStored: Adapter = {
  upsert: async () => undefined,
  find: async () => undefined,
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
  consume: async () => undefined,
  destroy: async () => undefined,
  revokeByGrantId: async () => undefined,
};
