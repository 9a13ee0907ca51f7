import type { Services } from '#server/services.ts';
import { signInLifetimes } from '../sign-in-lifetimes.ts';
import { purgeArtifacts } from './artifact-queries.ts';
import { purgeDeviceRequests } from './device-request-queries.ts';

const keptMs = 60 * 60 * 1000;

/** Deletes what has expired, for a job. Refresh tokens stay longer, see `signInLifetimes`. @returns rows deleted */
export async function forgetExpiredSignIns({
  db,
  clock,
}: Pick<Services, 'db' | 'clock'>): Promise<{ artifacts: number; deviceRequests: number }> {
  const now = clock().getTime();
  const expiredBefore = new Date(now - keptMs);
  const refreshTokensExpiredBefore = new Date(now - signInLifetimes.expiredRefreshTokenKeptSeconds * 1000);
  return {
    artifacts: await purgeArtifacts(db, { expiredBefore, refreshTokensExpiredBefore }),
    deviceRequests: await purgeDeviceRequests(db, { expiredBefore }),
  };
}
