import type { Services } from '#server/services.ts';
import { type FailedCall, noteContact } from './contact-queries.ts';

const noteEveryMs = 30_000;
/** Looked for and not found, or there already: that is how an identity provider asks, not something to show as broken. */
const ordinary: ReadonlySet<number> = new Set([404, 409, 412]);

/**
 * Keeps when the identity provider last called and what was last refused. Not at every call: a synchronisation makes thousands. It never
 * fails a call, and writes after the answer is made.
 */
export function openContactNotes({ db, clock, log }: Pick<Services, 'db' | 'clock' | 'log'>) {
  const notedAt = new Map<string, number>();
  return (workspaceId: string, failed: FailedCall | null): void => {
    const at = clock();
    const isBroken = failed !== null && !ordinary.has(failed.status);
    if (!isBroken && at.getTime() - (notedAt.get(workspaceId) ?? 0) < noteEveryMs) return;
    notedAt.set(workspaceId, at.getTime());
    noteContact(db, { workspaceId, at, failed: isBroken ? failed : null }).catch((error: unknown) =>
      log.warn({ err: error }, 'a call of the identity provider could not be noted'),
    );
  };
}
