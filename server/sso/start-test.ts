import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import type { ActingAdmin } from './acting-admin.ts';
import { findConnection } from './connection-queries.ts';
import { testedPath } from './finish-sign-in.ts';
import { SignOnRefused } from './problems.ts';
import { startSignOn } from './start-sign-on.ts';

/** Sends whoever asks to the identity provider; what comes back is shown and changes nobody. @returns where the browser goes */
export async function startTest(
  services: Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>,
  acting: ActingAdmin,
  { id, cookieHeader, responseHeaders }: { id: string; cookieHeader: string | null; responseHeaders: Headers },
): Promise<string> {
  const { db, clock } = services;
  const { workspaceId, memberId, actor } = acting;
  const connection = await findConnection(db, workspaceId, id);
  if (!connection) throw new ReeveError('not-found');
  const browser = { cookieHeader, responseHeaders, loginHint: null, reauthenticate: false };
  const attempt = { connection, purpose: 'test', next: testedPath(id), memberId } as const;
  const redirectTo = await startSignOn(services, { ...attempt, ...browser }).catch((error: unknown) => {
    if (error instanceof SignOnRefused) throw new ReeveError('conflict', {}, { message: error.message, cause: error });
    throw error;
  });
  const subject = { kind: 'sso-connection', id, label: connection.name };
  await db.transaction().execute((tx) => record(tx, actor, 'sso-connection.tested', { at: clock(), subject }));
  return redirectTo;
}
