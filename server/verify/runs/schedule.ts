import type { ProofSchedule } from '#contract/proofs.ts';
import { type Actor, record, systemActor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { isReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { requireClient } from './client-store.ts';
import { raiseAlertsIn } from './raise-alerts.ts';
import { findSchedule, listSchedules, type ScheduleRow, saveSchedule, takeMoment } from './schedule-queries.ts';
import { startRunIn } from './start-run.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A server that was off at the moment makes up for it within these hours; after that it waits for the next one. */
const lateMs = 6 * hourMs;

const off: ProofSchedule = { every: 'off', hourUtc: 3, weekday: 1, clientVersions: [] };

export async function readSchedule(db: Database, workspaceId: string): Promise<ProofSchedule> {
  const row = await findSchedule(db, workspaceId);
  if (!row) return off;
  const { every, hour_utc: hourUtc, weekday, client_versions: clientVersions } = row;
  return { every, hourUtc, weekday, clientVersions };
}

/** The newest moment at or before `now` for which a run is wanted. */
export function lastMoment(
  { every, hourUtc, weekday }: Pick<ProofSchedule, 'every' | 'hourUtc' | 'weekday'>,
  now: Date,
): Date | null {
  if (every === 'off') return null;
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()) + hourUtc * hourMs;
  const daysBack = every === 'week' ? (now.getUTCDay() - weekday + 7) % 7 : 0;
  const moment = today - daysBack * dayMs;
  const step = every === 'week' ? 7 * dayMs : dayMs;
  return new Date(moment <= now.getTime() ? moment : moment - step);
}

/** @throws ReeveError client-not-installed */
export async function setSchedule(
  services: Pick<Services, 'db' | 'clock' | 'config'>,
  { workspaceId, actor, schedule }: { workspaceId: string; actor: Actor; schedule: ProofSchedule },
): Promise<ProofSchedule> {
  const { db, clock } = services;
  for (const version of schedule.clientVersions) requireClient(services, version);
  await db.transaction().execute(async (tx) => {
    const at = clock();
    const before = await readSchedule(tx, workspaceId);
    // What is due from now on: setting it starts nothing for an hour that has gone by.
    await saveSchedule(tx, workspaceId, schedule, lastMoment(schedule, at));
    await record(tx, actor, 'proof.schedule-updated', {
      at,
      subject: { kind: 'proof-schedule', id: workspaceId, label: 'Proofs by themselves' },
      before,
      after: schedule,
    });
  });
  return schedule;
}

/** The moment for which a run is wanted now; null: none is. */
function dueMoment(row: ScheduleRow, now: Date): Date | null {
  const { every, hour_utc: hourUtc, weekday } = row;
  const moment = lastMoment({ every, hourUtc, weekday }, now);
  if (moment === null || now.getTime() - moment.getTime() > lateMs) return null;
  return row.started_for !== null && row.started_for >= moment ? null : moment;
}

async function startDue(
  services: Pick<Services, 'db' | 'clock' | 'config'>,
  { workspace_id: workspaceId, client_versions: clientVersions }: ScheduleRow,
  moment: Date,
): Promise<boolean> {
  return services.db.transaction().execute(async (tx) => {
    if (!(await takeMoment(tx, workspaceId, moment))) return false;
    const actor = systemActor('Schedule', workspaceId);
    await startRunIn(tx, services, { workspaceId, actor, trigger: 'schedule' }, { clientVersions });
    return true;
  });
}

/** Nothing is started for this moment, and people are told: trying again every other second would not change why. */
const giveUp = (
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { workspaceId, moment, reason }: { workspaceId: string; moment: Date; reason: string },
): Promise<void> =>
  db.transaction().execute(async (tx) => {
    if (!(await takeMoment(tx, workspaceId, moment))) return;
    const sentence = `A proof by schedule could not be started: ${reason}`;
    await raiseAlertsIn(tx, { workspaceId, at: clock() }, [
      { kind: 'run-failed', sentence, runId: null, cellId: null },
    ]);
  });

/**
 * Starts what is due, once for each moment in whichever process. While another run is under way the moment is not taken: it is looked at
 * again, until the run ends or the moment is too long ago. @returns how many were started
 */
export async function startDueRuns(services: Pick<Services, 'db' | 'clock' | 'config' | 'log'>): Promise<number> {
  let started = 0;
  for (const row of await listSchedules(services.db)) {
    const moment = dueMoment(row, services.clock());
    if (moment === null) continue;
    try {
      if (await startDue(services, row, moment)) started += 1;
    } catch (error) {
      if (!isReeveError(error)) throw error;
      if (error.code === 'proof-running') continue;
      services.log.warn({ err: error }, 'a proof by schedule could not be started');
      await giveUp(services, { workspaceId: row.workspace_id, moment, reason: error.message });
    }
  }
  return started;
}
