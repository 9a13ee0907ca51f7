import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { sumOfEach } from '../each-workspace.ts';
import { listWorkspaceIds } from './log-file-queries.ts';
import { sealCosts } from './seal-costs.ts';
import { sealLogs } from './seal-logs.ts';

const forEachWorkspace =
  (services: Services, seal: (services: Services, workspaceId: string) => Promise<number>) => async () => ({
    files: await sumOfEach(await listWorkspaceIds(services.db), (workspaceId) => seal(services, workspaceId)),
  });

/** The vendor’s windows: about ten minutes, costs by the hour. */
export const logJobs = (services: Services): BackgroundJob[] => [
  { name: 'seal-logs', cron: '*/10 * * * *', run: forEachWorkspace(services, sealLogs) },
  { name: 'seal-costs', cron: '6 * * * *', run: forEachWorkspace(services, sealCosts) },
];
