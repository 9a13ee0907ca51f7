import type { z } from 'zod';
import { leaseSeconds } from '#contract/runner-protocol.ts';
import type { Runner, RunnerToken, runners } from '#contract/runners.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { fitRunner } from '../attempts/fit-runner.ts';
import { countRunning } from '../attempts/queue-queries.ts';
import { embeddedProblem } from './embedded-runner.ts';
import { type ListedRunner, listRunners, listTokens, type RunnerTokenRow, readQueue } from './queries.ts';

type Answer = z.output<NonNullable<(typeof runners.list)['~orpc']['outputSchema']>>;

function stateOf({ seen_at, draining_at }: ListedRunner, now: Date): Runner['state'] {
  if (now.getTime() - seen_at.getTime() > leaseSeconds * 1000) return 'lost';
  return draining_at === null ? 'ready' : 'draining';
}

const asRunner = (row: ListedRunner, now: Date): Runner => ({
  id: row.id,
  name: row.name,
  labels: row.labels,
  drivers: row.drivers,
  version: row.version,
  protocol: row.protocol,
  isEmbedded: row.is_embedded,
  capacity: row.capacity,
  running: row.running,
  state: stateOf(row, now),
  problem: row.problem,
  address: row.address,
  registeredAt: row.registered_at.toISOString(),
  seenAt: row.seen_at.toISOString(),
});

export const asToken = (row: Omit<RunnerTokenRow, 'used_at' | 'revoked_at'>): z.infer<typeof RunnerToken> => ({
  id: row.id,
  hint: row.hint,
  labels: row.labels,
  createdBy: row.created_by,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  usedAt: null,
});

type Part = Pick<Services, 'db' | 'clock'>;

/** @throws ReeveError not-found */
export async function readRunner({ db, clock }: Part, workspaceId: string, id: string): Promise<Runner> {
  const [row] = await listRunners(db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  return asRunner(row, clock());
}

/** All runners, the tokens that may still register one, and the queue before them. */
export async function readRunners(services: Part & Pick<Services, 'signals'>, workspaceId: string): Promise<Answer> {
  const { db, clock } = services;
  const now = clock();
  const rows = await listRunners(db, workspaceId);
  const items = rows.map((row) => asRunner(row, now));
  const tokens = await listTokens(db, workspaceId, now);
  const queue = await readQueue(db, workspaceId);
  const running = await countRunning(db, workspaceId);
  // Whoever is away for a moment still counts: what fits it is not stuck.
  const isUnfit = (needs: (typeof queue)[number]) => !items.some((runner) => fitRunner(runner, needs) !== null);
  const count = (some: typeof queue) => some.reduce((sum, { queued }) => sum + queued, 0);
  const oldest = queue.map(({ oldest }) => oldest.getTime()).sort((one, other) => one - other)[0];
  return {
    items,
    tokens: tokens.map(asToken),
    embeddedProblem: embeddedProblem(services),
    queue: {
      queued: count(queue),
      running: [...running.values()].reduce((sum, each) => sum + each, 0),
      oldestQueuedAt: oldest === undefined ? null : new Date(oldest).toISOString(),
      unfit: count(queue.filter(isUnfit)),
    },
  };
}
