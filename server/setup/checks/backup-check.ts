import { readLastBackup, tryLastBackup } from '#server/backup/last-backup.ts';
import { type Check, ok, problem, unknown, warning } from './check.ts';

const dayMs = 86_400_000;
const staleAfterDays = 7;

/** A backup counts when it was restored: into a scratch folder beside the data, and opened. */
export const backupCheck: Check = {
  id: 'backup',
  title: 'A backup can be restored',
  area: 'machine',
  path: null,
  async look({ services: { config }, now }) {
    if (config.databaseUrl !== null)
      return unknown(
        'The database is PostgreSQL, whose backups are not in Reeve’s hands.',
        'Restore one into an empty database with pg_restore, point REEVE_DATABASE_URL of a second Reeve there, and run: reeve doctor',
      );
    const last = await readLastBackup(config.dataFolder);
    if (!last)
      return warning('No backup of this installation is known.', 'Make one, and let it repeat: reeve backup reeve.tar');
    const days = Math.floor((now.getTime() - new Date(last.createdAt).getTime()) / dayMs);
    const tried = await tryLastBackup(config.dataFolder, last, now);
    const facts: [string, string | number | null][] = [
      ['File', last.file],
      ['Made', last.createdAt],
      ['Parts', last.parts],
      ['Restored for trial', tried?.tried?.at ?? null],
    ];
    if (!tried)
      return unknown(
        `The newest backup, of ${last.createdAt.slice(0, 10)}, is not at ${last.file} any more, so it could not be tried.`,
        'Restore it on another machine: reeve restore FILE, then reeve doctor',
        facts,
      );
    if (tried.tried?.problem)
      return problem(
        `The newest backup cannot be restored: ${tried.tried.problem}`,
        'Make another now: reeve backup FILE',
        facts,
      );
    if (days >= staleAfterDays)
      return warning(
        `The newest backup can be restored, and is ${days} days old.`,
        'Let “reeve backup” repeat every day.',
        facts,
      );
    return ok(
      `The backup of ${last.createdAt.slice(0, 10)} was restored into a scratch folder, and its database opened.`,
      facts,
    );
  },
};
