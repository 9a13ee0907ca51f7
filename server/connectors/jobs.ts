import { isReeveError } from '#server/fail.ts';
import type { BackgroundJob } from '#server/jobs/open-jobs.ts';
import type { Services } from '#server/services.ts';
import { type ConnectionRow, forgetFormerSecrets, listAllConnections } from './connections/connection-queries.ts';
import { deleteExpiredPending } from './connections/pending-queries.ts';
import { deleteOldTokenUses } from './connections/repository-list-queries.ts';
import { syncConnection } from './connections/sync-connection.ts';
import { canCallBack } from './github/addresses.ts';
import { catchUpDeliveries } from './webhooks/catch-up.ts';
import { deleteOldDeliveries } from './webhooks/delivery-queries.ts';

const dayMs = 86_400_000;
const deliveriesKeptMs = 30 * dayMs;
const tokenUsesKeptMs = 90 * dayMs;

/** One connection that fails does not keep the others from being looked after; what it said is on it. */
async function each(
  services: Services,
  wanted: (row: ConnectionRow) => boolean,
  ask: (row: ConnectionRow) => Promise<unknown>,
) {
  const rows = (await listAllConnections(services.db)).filter(wanted);
  let failed = 0;
  for (const row of rows)
    await ask(row).catch((error: unknown) => {
      if (!isReeveError(error)) throw error;
      failed += 1;
    });
  return { asked: rows.length - failed, failed };
}

export function connectorJobs(services: Services): BackgroundJob[] {
  const { db, clock, origin } = services;
  const before = (keptMs: number) => new Date(clock().getTime() - keptMs);
  const isTold = (row: ConnectionRow) =>
    row.kind === 'github' && row.sealed_webhook_secret !== null && canCallBack(row.base_url, origin);
  return [
    {
      name: 'catch-up-git',
      cron: '*/5 * * * *',
      run: () =>
        each(
          services,
          ({ kind }) => kind === 'github',
          (row) => (isTold(row) ? catchUpDeliveries(services, row) : syncConnection(services, row)),
        ),
    },
    {
      name: 'sync-git',
      cron: '19 * * * *',
      run: () =>
        each(
          services,
          () => true,
          (row) => syncConnection(services, row),
        ),
    },
    {
      name: 'purge-git',
      cron: '53 3 * * *',
      run: async () => ({
        deliveries: await deleteOldDeliveries(db, before(deliveriesKeptMs)),
        tokenUses: await deleteOldTokenUses(db, before(tokenUsesKeptMs)),
      }),
    },
    {
      name: 'expire-git',
      cron: '*/10 * * * *',
      run: async () => ({
        pending: await deleteExpiredPending(db, clock()),
        formerSecrets: await forgetFormerSecrets(db, clock()),
      }),
    },
  ];
}
