import type { Services } from '#server/services.ts';
import { purgeAttemptTokens } from './attempt-token-queries.ts';
import { purgeArtifacts } from './codex-oauth/artifact-queries.ts';
import { purgeDeviceRequests } from './codex-oauth/device-request-queries.ts';
import { purgeChallenges } from './second-factor/passkey-queries.ts';
import { purgePendingSignIns } from './second-factor/pending-queries.ts';
import { deleteEndedSessions } from './session-queries.ts';
import { signInLifetimes } from './sign-in-lifetimes.ts';

/** Device requests stay a day after they expired, for whoever asks why a sign-in did not work. */
const deviceRequestsKeptMs = 24 * 60 * 60 * 1000;

/** Ended sessions, and what is left of sign-ins that can no longer be used. @returns how many rows went */
export async function purgeExpiredIdentity({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> {
  const now = clock();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const sessions = await deleteEndedSessions(db, now);
  const artifacts = await purgeArtifacts(db, {
    expiredBefore: now,
    refreshTokensExpiredBefore: before(signInLifetimes.expiredRefreshTokenKeptSeconds * 1000),
  });
  const requests = await purgeDeviceRequests(db, { expiredBefore: before(deviceRequestsKeptMs) });
  const challenges = await purgeChallenges(db, now);
  const pending = await purgePendingSignIns(db, now);
  const attemptTokens = await purgeAttemptTokens(db, now);
  return attemptTokens + sessions + artifacts + requests + challenges + pending;
}
