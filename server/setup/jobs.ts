import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { runChecksEverywhere } from './checks/run-checks.ts';

/** Looks at everything once an hour, so that “since when” is true to the hour. */
export const setupJobs = (services: Services): BackgroundJob[] => [
  {
    name: 'check-set-up',
    cron: '23 * * * *',
    run: async () => {
      const found = await runChecksEverywhere(services);
      const problems = found.flatMap(({ items }) => items).filter(({ state }) => state === 'problem').length;
      return { workspaces: found.length, problems };
    },
  },
];
