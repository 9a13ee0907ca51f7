import { sql } from 'kysely';
import type { Database } from '#server/db/open-database.ts';

export interface JobRun {
  name: string;
  /** Null: not within the week that the queue remembers. */
  completedAt: Date | null;
  /** The last attempt ended so. */
  hasFailed: boolean;
}

/** When each scheduled job was last done; null where no process has ever worked on jobs here. */
export async function readJobRuns(db: Database): Promise<JobRun[] | null> {
  const { rows: there } = await sql<{ is_there: boolean }>`
    select to_regclass('jobs.job') is not null and to_regclass('jobs.schedule') is not null as is_there`.execute(db);
  if (!there[0]?.is_there) return null;
  const { rows } = await sql<{ name: string; completed: Date | null; failed: Date | null }>`
    select s.name, max(j.completed_on) filter (where j.state = 'completed') as completed,
      max(j.completed_on) filter (where j.state = 'failed') as failed
    from jobs.schedule s left join jobs.job j on j.name = s.name group by s.name order by s.name`.execute(db);
  return rows.map(({ name, completed, failed }) => ({
    name,
    completedAt: completed,
    hasFailed: failed !== null && (completed === null || failed > completed),
  }));
}
