import { type DiffStats, isEnded, type LogEntry } from '#contract/task-states.ts';
import type { TaskAttempt } from '#contract/tasks.ts';
import { ReeveError } from '#server/fail.ts';
import type { AccessChange, Services } from '#server/services.ts';
import { attemptChanges } from '../attempts/changes.ts';
import { listLogRows } from './attempt-queries.ts';
import { attemptsOf, logEntriesOf } from './attempt-views.ts';
import type { Owner } from './queries.ts';
import { requireOwnAttempt } from './read-attempt.ts';

export type AttemptNews =
  | { kind: 'log'; entries: LogEntry[] }
  | { kind: 'state'; attempt: TaskAttempt }
  | { kind: 'diff'; stats: DiffStats }
  | { kind: 'end' };

type WatchServices = Pick<Services, 'db' | 'secrets' | 'signals'>;

const entriesAtOnce = 200;
/** How long what another process wrote may stay unseen. */
const lookEveryMs = 1_000;

const endsWatching: ReadonlySet<AccessChange['because']> = new Set([
  'member-suspended',
  'member-removed',
  'signed-out',
]);

/** Remembers what happens between two looks, so that nothing written meanwhile waits for the next second. */
function openWaiter({ signals }: Pick<Services, 'signals'>, owner: Owner, attemptId: string, signal?: AbortSignal) {
  let isDue = false;
  let ended: ReeveError | null = null;
  let wake: () => void = () => undefined;
  const look = () => {
    isDue = true;
    wake();
  };
  const end = (error: ReeveError) => {
    ended ??= error;
    look();
  };
  const onChange = (change: { attemptId: string }) => {
    if (change.attemptId === attemptId) look();
  };
  const onAccess = ({ workspaceId, memberId, because }: AccessChange) => {
    if (workspaceId === owner.workspaceId && memberId === owner.memberId && endsWatching.has(because))
      end(new ReeveError('not-signed-in'));
  };
  const onStopping = () => end(new ReeveError('shutting-down'));
  attemptChanges.on('changed', onChange);
  signals.on('access-changed', onAccess).once('stopping', onStopping);
  signal?.addEventListener('abort', look);
  return {
    /** @throws ReeveError not-signed-in, shutting-down */
    async wait(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, lookEveryMs);
      if (isDue) resolve();
      await promise;
      clearTimeout(timer);
      isDue = false;
      if (ended) throw ended;
    },
    [Symbol.dispose]() {
      attemptChanges.off('changed', onChange);
      signals.off('access-changed', onAccess).off('stopping', onStopping);
      signal?.removeEventListener('abort', look);
    },
  };
}

/**
 * The log behind `after` and everything that changes, until the attempt has ended. Who lost the connection goes on from the last `seq`.
 * @throws ReeveError attempt-not-found, also when it is deleted or the member's access ends meanwhile
 */
export async function* watchAttempt(
  services: WatchServices,
  owner: Owner,
  { attemptId, after, signal }: { attemptId: string; after: number; signal?: AbortSignal | undefined },
): AsyncGenerator<AttemptNews, void> {
  using waiter = openWaiter(services, owner, attemptId, signal);
  let seen = after;
  let toldState = '';
  let toldStats = JSON.stringify(null);
  while (!signal?.aborted) {
    // In this order: what has ended writes nothing more.
    const row = await requireOwnAttempt(services, owner, { attemptId });
    const rows = await listLogRows(services.db, owner.workspaceId, { attemptId, after: seen, limit: entriesAtOnce });
    if (rows.length > 0) yield { kind: 'log', entries: await logEntriesOf(services.secrets, attemptId, rows) };
    seen = rows.at(-1)?.seq ?? seen;
    const [attempt] = await attemptsOf(services, owner.workspaceId, [row]);
    if (attempt && JSON.stringify(attempt) !== toldState) {
      toldState = JSON.stringify(attempt);
      yield { kind: 'state', attempt };
    }
    if (attempt?.stats && JSON.stringify(attempt.stats) !== toldStats) {
      toldStats = JSON.stringify(attempt.stats);
      yield { kind: 'diff', stats: attempt.stats };
    }
    if (rows.length === entriesAtOnce) continue;
    if (isEnded(row.state)) return yield { kind: 'end' };
    await waiter.wait();
  }
}
