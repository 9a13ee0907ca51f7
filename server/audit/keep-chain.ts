import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { makeDueCheckpoints } from './make-checkpoint.ts';
import { sealEarlierEntries } from './seal-earlier.ts';
import { sendCopies } from './send-copies.ts';

/** Every minute, because a checkpoint is due after minutes, and what failed to arrive elsewhere is tried again. */
export const auditJobs = (services: Services): BackgroundJob[] => [
  {
    name: 'keep-audit-chain',
    cron: '* * * * *',
    run: async () => ({
      sealed: await sealEarlierEntries(services),
      checkpoints: await makeDueCheckpoints(services),
      ...(await sendCopies(services)),
    }),
  },
];
