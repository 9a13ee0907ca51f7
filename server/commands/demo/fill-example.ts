import type { Logger } from 'pino';
import { createApp } from '#server/app.ts';
import { auditJobs } from '#server/audit/index.ts';
import { logJobs } from '#server/compliance/index.ts';
import { type Config, publicOrigin } from '#server/config.ts';
import { createMetrics } from '#server/log/metrics.ts';
import { openGateway } from '#server/models/index.ts';
import { openDataFolder } from '#server/open-data-folder.ts';
import { openKeys } from '#server/open-keys.ts';
import { flushReceipts } from '#server/policies/index.ts';
import { createServices, openMigratedDatabase } from '#server/start.ts';
import { examplePeople } from './example-people.ts';
import { foundExample } from './found-example.ts';
import { liveThrough } from './live-through.ts';
import { seededRandom } from './random.ts';

const dayMs = 86_400_000;
const seed = 20_261;
/** What an older organisation has had long ago: log files, and a checkpoint of its audit log. */
const doneAtOnce = new Set(['seal-logs', 'keep-audit-chain']);

export interface FillOptions {
  config: Config;
  log: Logger;
  owner: { name: string; email: string; password: string };
  upstreamUrl: string;
  /** How long ago it was founded. */
  days: number;
  /** Days done. */
  onProgress: (done: number) => void;
}

/**
 * Founds the example organisation in the past and lives through the days since with a clock that is told: every row comes into the database on
 * the ways that real ones come.
 */
export async function fillExample({ config, log, owner, upstreamUrl, days, onProgress }: FillOptions): Promise<void> {
  await using opening = new AsyncDisposableStack();
  const lock = await openDataFolder(config, 'reeve serve --demo');
  opening.defer(() => lock.release());
  const { opened } = await openMigratedDatabase(config);
  opening.defer(() => opened.close());
  await opened.changes.follow(log);
  const keys = await openKeys(config, opened.db);
  const now = new Date();
  const startsAt = new Date(Math.floor(now.getTime() / dayMs - days) * dayMs + 8 * 3_600_000);
  const time = { now: startsAt };
  const origin = publicOrigin(config, config.listen.port);
  const services = createServices({ config, log, clock: () => time.now }, { origin, opened, keys });
  const gateway = await openGateway(services);
  opening.defer(() => gateway.close());
  const app = createApp(services, {
    gateway,
    metrics: createMetrics(),
    authorityPem: null,
    proxyAuthorityPem: null,
    isReady: () => true,
  });
  const random = seededRandom(seed);
  const founded = await foundExample({ services, app }, { owner, people: examplePeople(random), upstreamUrl });
  await liveThrough({ services, founded, owner, random, time, until: now, days, onProgress });
  await flushReceipts(services);
  for (const { name, run } of [...logJobs(services), ...auditJobs(services)]) if (doneAtOnce.has(name)) await run();
}
