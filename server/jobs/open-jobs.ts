import { fromPglite, PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type { Config } from '#server/config.ts';
import type { OpenDatabase } from '#server/db/open-database.ts';

/** Work without anybody waiting for it. `run` may be repeated or cut off at any point: it must be idempotent. */
export interface BackgroundJob {
  name: string;
  /** When, in UTC. */
  cron: string;
  run(): Promise<Readonly<Record<string, unknown>>>;
}

export interface Jobs {
  /** Lets running jobs end, for at most a few seconds. */
  close(): Promise<void>;
}

/** Nobody waits for these jobs, and each look costs the embedded database a query. */
const pollingIntervalSeconds = 15;
const queueOptions = {
  // Of several processes, and of occurrences missed while none ran, one job is enough.
  policy: 'exclusive',
  retryLimit: 3,
  retryDelay: 60,
  retryBackoff: true,
  expireInSeconds: 600,
  deleteAfterSeconds: 7 * 24 * 3600,
} as const;
const closeWithinMs = 5_000;
const schema = 'jobs';

const connection = ({ pglite }: OpenDatabase, { databaseUrl }: Pick<Config, 'databaseUrl'>) =>
  pglite
    ? { db: fromPglite(pglite), backend: 'pglite' as const }
    : { connectionString: databaseUrl?.reveal() ?? '', max: 3, application_name: 'reeve jobs' };

/**
 * Schedules the jobs and works on them, in the database's schema `jobs`. Several processes on one database share the work: each
 * occurrence runs once.
 */
export async function openJobs(
  { opened, config, log }: { opened: OpenDatabase; config: Pick<Config, 'databaseUrl'>; log: Logger },
  jobs: readonly BackgroundJob[],
): Promise<Jobs> {
  const boss = new PgBoss({ ...connection(opened, config), schema, monitorVacuum: false, reindex: false });
  let isClosing = false;
  boss.on('error', (error) => {
    if (!isClosing) log.warn({ err: error }, 'the job queue met a problem; it goes on by itself');
  });
  await boss.start();
  for (const { name, cron, run } of jobs) {
    await boss.createQueue(name, queueOptions);
    await boss.work(name, { pollingIntervalSeconds }, async () => {
      const startedAtMs = performance.now();
      try {
        const result = await run();
        log.debug({ job: name, ...result, durationMs: Math.round(performance.now() - startedAtMs) }, 'job done');
      } catch (error) {
        // Known to the queue as failed, which retries it; the last failure would otherwise show nowhere.
        log.error({ err: error, job: name }, 'a job failed; it is tried again');
        throw error;
      }
    });
    await boss.schedule(name, cron, null, { missed: 'once' });
  }
  await forgetFormerJobs(boss, jobs);
  return {
    async close() {
      isClosing = true;
      await boss.stop({ graceful: true, timeout: closeWithinMs });
    },
  };
}

/** A schedule outlives the version that made it. */
async function forgetFormerJobs(boss: PgBoss, jobs: readonly BackgroundJob[]): Promise<void> {
  for (const { name } of await boss.getSchedules())
    if (!jobs.some((job) => job.name === name)) await boss.unschedule(name);
}
