import { stat } from 'node:fs/promises';
import { countUsage, freeNotes } from './analytics/index.ts';
import { auditJobs } from './audit/index.ts';
import { expiringLeases, pullRequestConsumer, runnerJobs, watchAccess } from './cloud/index.ts';
import { keepingJobs, logJobs } from './compliance/index.ts';
import { connectorJobs, gitConsumers, openDeliveryWorker } from './connectors/index.ts';
import type { LiveKeys } from './crypto/live-keys.ts';
import { dropOldMasterKeys } from './crypto/master-key.ts';
import { keepStatistics } from './db/keep-statistics.ts';
import type { Database } from './db/open-database.ts';
import { purgeExpiredDirectory } from './directory/index.ts';
import { notifyOfEndingTokens, purgeExpiredIdentity } from './identity/index.ts';
import type { BackgroundJob } from './jobs/open-jobs.ts';
import { type Repeated, type Repeating, repeat } from './jobs/repeat.ts';
import { notifyOfEndingKeys, purgeEndedSecrets } from './keys/index.ts';
import { createMailer } from './mail/create-mailer.ts';
import { adoptFormerCalls, repriceCalls } from './models/index.ts';
import { purgeExpiredPolicies } from './policies/index.ts';
import { resealSecrets } from './sealed-columns.ts';
import type { Services } from './services.ts';
import { setupJobs } from './setup/index.ts';
import { ssoJobs } from './sso/index.ts';
import { bundlePullConsumer } from './team-config/index.ts';
import { adoptFormerEvents, purgeTelemetry } from './telemetry/index.ts';

/** Signed values that clients hold (policy revisions) may be this old; a former master key stays as long. */
export const formerKeysStayDays = 7;
const dayMs = 86_400_000;

const purgeRateLimits = async (db: Database, now: Date): Promise<number> => {
  const { numDeletedRows } = await db.deleteFrom('rate_limits').where('expire', '<', now.getTime()).executeTakeFirst();
  return Number(numDeletedRows);
};

/** Ends a rotation: the former keys go when nothing is sealed with them and no client holds what they signed. */
async function dropFormerKeys({ config, db, clock }: Services, keys: LiveKeys): Promise<{ dropped: number }> {
  const { masterKey } = config;
  if (masterKey.from === 'environment') return { dropped: 0 };
  const { all } = await keys.reload();
  const rotatedAtMs = (await stat(masterKey.path)).mtimeMs;
  if (all.length < 2 || clock().getTime() - rotatedAtMs < formerKeysStayDays * dayMs) return { dropped: 0 };
  // A process that had not noticed the rotation may have sealed with a former key since.
  await resealSecrets(db, keys.secrets);
  await dropOldMasterKeys(masterKey.path);
  await keys.reload();
  return { dropped: all.length - 1 };
}

/** By mail, where mail is set up; the console shows what ends soon in any case. */
async function notifyOfEnding(services: Services): Promise<{ tokens: number; keys: number }> {
  const mailer = createMailer(services);
  try {
    return { tokens: await notifyOfEndingTokens(services, mailer), keys: await notifyOfEndingKeys(services, mailer) };
  } finally {
    mailer.close();
  }
}

/** Longer than any transaction that keeps what it wrote. */
const unkeptStayMs = 6 * 3_600_000;
const sweepBlobs = async ({ blobs, clock }: Services): Promise<{ swept: number }> => ({
  swept: await blobs.sweep({ olderThan: new Date(clock().getTime() - unkeptStayMs) }),
});

/** Everything that happens without a request, with when (UTC). */
export const backgroundJobs = (services: Services, keys: LiveKeys): BackgroundJob[] => [
  { name: 'purge-sign-ins', cron: '7 * * * *', run: async () => ({ deleted: await purgeExpiredIdentity(services) }) },
  { name: 'purge-links', cron: '27 2 * * *', run: async () => ({ deleted: await purgeExpiredDirectory(services) }) },
  {
    name: 'purge-deliveries',
    cron: '47 2 * * *',
    run: async () => ({ deleted: await purgeExpiredPolicies(services) }),
  },
  {
    name: 'purge-rate-limits',
    cron: '17 * * * *',
    run: async () => ({ deleted: await purgeRateLimits(services.db, services.clock()) }),
  },
  { name: 'notify-of-ending', cron: '13 * * * *', run: () => notifyOfEnding(services) },
  { name: 'purge-key-secrets', cron: '57 2 * * *', run: async () => ({ deleted: await purgeEndedSecrets(services) }) },
  { name: 'keep-statistics', cron: '37 * * * *', run: () => keepStatistics(services) },
  {
    name: 'free-notes',
    cron: '39 * * * *',
    run: async () => {
      const isEmbedded = services.config.databaseUrl === null;
      if (isEmbedded) await freeNotes(services.db);
      return { freed: isEmbedded };
    },
  },
  { name: 'reprice-calls', cron: '* * * * *', run: () => repriceCalls(services) },
  {
    name: 'adopt-former-activity',
    cron: '* * * * *',
    run: async () => ({ calls: await adoptFormerCalls(services), reports: await adoptFormerEvents(services) }),
  },
  { name: 'purge-telemetry', cron: '7 3 * * *', run: async () => ({ deleted: await purgeTelemetry(services) }) },
  ...ssoJobs(services),
  ...logJobs(services),
  ...keepingJobs(services),
  ...auditJobs(services),
  ...setupJobs(services),
  ...runnerJobs(services),
  ...connectorJobs(services),
  { name: 'sweep-blobs', cron: '41 * * * *', run: () => sweepBlobs(services) },
  { name: 'drop-former-keys', cron: '37 3 * * *', run: () => dropFormerKeys(services, keys) },
];

/** What is looked for every moment, because somebody waits for it. */
const repeatedJobs = (services: Services): Repeated[] => [
  countUsage(services),
  expiringLeases(services),
  watchAccess(services),
  openDeliveryWorker(services, [
    ...gitConsumers(services),
    pullRequestConsumer(services),
    bundlePullConsumer(services),
  ]),
];

/** Starts them. They end by themselves when the server stops. */
export function startRepeating(services: Services): Repeating {
  const repeating = repeatedJobs(services).map((job) => repeat(services, job));
  return {
    async close() {
      await Promise.all(repeating.map((one) => one.close()));
    },
  };
}
