import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { deleteExpiredAttempts } from './attempt-queries.ts';
import { checkEveryDomain } from './check-domain.ts';
import { refreshSaml } from './saml/jobs.ts';

/** An answer that comes a little late is told that it is late, and not that nobody knows of it. */
const attemptsKeptMs = 24 * 60 * 60 * 1000;

export const ssoJobs = (services: Services): BackgroundJob[] => [
  {
    name: 'purge-sign-ons',
    cron: '57 * * * *',
    run: async () => ({
      deleted: await deleteExpiredAttempts(services.db, new Date(services.clock().getTime() - attemptsKeptMs)),
    }),
  },
  { name: 'refresh-saml', cron: '33 4 * * *', run: () => refreshSaml(services) },
  { name: 'check-email-domains', cron: '13 4 * * *', run: () => checkEveryDomain(services) },
];
