import { Command } from 'commander';
import { backgroundJobs, startRepeating } from '#server/background-jobs.ts';
import { openJobs } from '#server/jobs/open-jobs.ts';
import { Refused } from '#server/refused.ts';
import { readSettings, withServices } from './open-command.ts';
import { untilSignal } from './until-signal.ts';

async function work(): Promise<void> {
  const { config, log } = readSettings();
  if (config.databaseUrl === null) {
    throw new Refused(
      'With the embedded database, "reeve serve" does the background jobs itself; there is nothing to start here. "reeve work" is for PostgreSQL: set REEVE_DATABASE_URL.',
    );
  }
  await withServices({ config, log, command: 'reeve work' }, async ({ services, keys, opened }) => {
    const all = backgroundJobs(services, keys);
    const signalled = untilSignal();
    // Somebody waits for these; the queue of the others takes its time to open.
    const repeating = startRepeating(services);
    try {
      const jobs = await openJobs({ opened, config, log }, all);
      process.stdout.write(`Reeve works on its background jobs: ${all.map(({ name }) => name).join(', ')}.\n`);
      await signalled;
      await jobs.close();
    } finally {
      await repeating.close();
    }
  });
  process.exit(0);
}

export const workCommand = () =>
  new Command('work')
    .description('Do the background jobs only, beside servers that share a PostgreSQL database')
    .action(work);
