import type { AuditEventName } from '#contract/audit-events.ts';
import { rateLimit } from '#server/db/rate-limit.ts';
import type { Services } from '#server/services.ts';
import { type Actor, type AuditEntry, record } from './record.ts';

const hourMs = 3_600_000;
const rememberedReadings = 10_000;

/**
 * Records that a key read something. Never inside a transaction: nothing else is written with it.
 * - `every`: each call, for what must not be read unseen;
 * - `hourly`: the first of an hour with this key and `what`, in all processes together, for figures that a program asks for all day long.
 */
export function openReadingRecords({ db, clock }: Pick<Services, 'db' | 'clock'>) {
  const hourly = rateLimit(db, { name: 'readings', points: 1, perSeconds: hourMs / 1000 });
  const recordedUntil = new Map<string, number>();
  const isDue = async (key: string, nowMs: number): Promise<boolean> => {
    if ((recordedUntil.get(key) ?? 0) > nowMs) return false;
    const admission = await hourly.take(key);
    if (recordedUntil.size >= rememberedReadings) recordedUntil.clear();
    recordedUntil.set(key, nowMs + (admission.allowed ? hourMs : admission.retryAfterSeconds * 1000));
    return admission.allowed;
  };
  return async (
    actor: Actor,
    event: AuditEventName,
    { often, what, ...entry }: { often: 'every' | 'hourly'; what: string } & Omit<AuditEntry, 'at'>,
  ): Promise<void> => {
    const at = clock();
    if (often === 'hourly' && !(await isDue(JSON.stringify([actor.id, event, what]), at.getTime()))) return;
    await db.transaction().execute((tx) => record(tx, actor, event, { ...entry, what, at }));
  };
}
