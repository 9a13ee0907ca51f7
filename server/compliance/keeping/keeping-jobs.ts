import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { expireExports } from '../person-export/exports.ts';
import { purgeOldRecords } from './purge.ts';

export const keepingJobs = (services: Services): BackgroundJob[] => [
  { name: 'purge-old-records', cron: '17 1 * * *', run: async () => ({ deleted: await purgeOldRecords(services) }) },
  { name: 'expire-person-exports', cron: '27 * * * *', run: async () => ({ expired: await expireExports(services) }) },
];
