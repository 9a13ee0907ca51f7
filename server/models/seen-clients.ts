import type { Services } from '#server/services.ts';
import { saveSeenClient } from './gateway-queries.ts';

const renewMs = 60 * 60 * 1000;
const maxRemembered = 50_000;

export interface SeenClient {
  workspaceId: string;
  memberId: string;
  client: string | null;
  clientVersion: string | null;
}

/** Notes which client versions people use, at most once an hour for each. */
export function createClientNotes({ db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>) {
  const notedAtMs = new Map<string, number>();
  return async ({ workspaceId, memberId, client, clientVersion }: SeenClient): Promise<void> => {
    if (client === null || clientVersion === null) return;
    const at = clock();
    const key = JSON.stringify([memberId, client, clientVersion]);
    const last = notedAtMs.get(key);
    if (last !== undefined && at.getTime() - last < renewMs) return;
    if (notedAtMs.size >= maxRemembered) notedAtMs.clear();
    notedAtMs.set(key, at.getTime());
    try {
      await saveSeenClient(db, { workspaceId, memberId, client, version: clientVersion, at });
    } catch (error) {
      notedAtMs.delete(key);
      log.warn({ err: error }, 'a seen client could not be noted');
    }
  };
}
