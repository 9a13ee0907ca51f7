import { can } from '#contract/permissions.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { AccessChange, Services } from '#server/services.ts';
import { readStandings, touchRunningCalls } from './gateway-queries.ts';

export interface RunningCall {
  id: string;
  workspaceId: string;
  memberId: string;
  /** Made by the client of a hosted task: asked for Codex cloud in place of Codex Local. */
  isHosted: boolean;
  /** Looks at the credential again. @throws ReeveError token-invalid when it was revoked meanwhile */
  authenticate: () => Promise<unknown>;
  /** Ends the call; the client is told why. */
  refuse(error: ReeveError): void;
}

const recheckMs = 4_000;
const refusing: ReadonlySet<AccessChange['because']> = new Set(['local-off', 'member-suspended', 'member-removed']);
/** Some may go on after these, so each is looked at: roles add up, and who loses one may keep the permission by another way. */
const mayRefuse: ReadonlySet<AccessChange['because']> = new Set([
  'roles-changed',
  'settings',
  'signed-out',
  'local-off',
]);

type Standing = Awaited<ReturnType<typeof readStandings>>[number];

function mayGoOn({ isHosted }: RunningCall, standing: Standing | undefined): boolean {
  if (standing?.status !== 'active') return false;
  const permissions = permissionsFrom(standing.held);
  return isHosted
    ? standing.isCloudOn && can(permissions, 'codex-cloud.use')
    : standing.isLocalOn && can(permissions, 'codex-local.use');
}

const refusalOf = ({ isHosted }: RunningCall) => new ReeveError(isHosted ? 'cloud-off' : 'local-off');

/** A token that only expired lets its last call end in peace. */
async function recheckCredential(call: RunningCall): Promise<void> {
  try {
    await call.authenticate();
  } catch (error) {
    if (!isReeveError(error)) throw error;
    if (error.code === 'token-invalid') call.refuse(error);
  }
}

/**
 * The calls that run in this process. One that its member may no longer make ends at once when the change was made here, within
 * seconds when another process made it.
 */
export function openRunningCalls({ db, clock, log, signals }: Pick<Services, 'db' | 'clock' | 'log' | 'signals'>) {
  const calls = new Map<string, RunningCall>();
  let whenEmpty: (() => void) | null = null;

  const onAccessChanged = ({ workspaceId, memberId, because }: AccessChange) => {
    if (mayRefuse.has(because)) recheckSoon();
    if (!refusing.has(because)) return;
    for (const call of calls.values()) {
      if (call.workspaceId !== workspaceId || (memberId !== null && call.memberId !== memberId)) continue;
      if (because !== 'local-off' || !call.isHosted) call.refuse(refusalOf(call));
    }
  };
  const recheck = async () => {
    if (calls.size === 0) return;
    await touchRunningCalls(db, { ids: [...calls.keys()], at: clock() });
    const memberIds = [...new Set([...calls.values()].map(({ memberId }) => memberId))];
    const standings = new Map((await readStandings(db, memberIds)).map((standing) => [standing.memberId, standing]));
    for (const call of calls.values()) {
      const standing = standings.get(call.memberId);
      // Started after the look at the database: the next one will see it.
      if (!standing && !memberIds.includes(call.memberId)) continue;
      if (!mayGoOn(call, standing)) call.refuse(refusalOf(call));
      else await recheckCredential(call);
    }
  };
  const recheckSoon = () =>
    void recheck().catch((error: unknown) => log.warn({ err: error }, 'running calls could not be checked again'));
  signals.on('access-changed', onAccessChanged);
  const timer = setInterval(recheckSoon, recheckMs);
  timer.unref();
  return {
    add: (call: RunningCall) => void calls.set(call.id, call),
    remove(id: string) {
      calls.delete(id);
      if (calls.size === 0) whenEmpty?.();
    },
    recheck,
    count: () => calls.size,
    /** Waits for the calls to end by themselves; those that do not within the time are told. */
    async drain({ timeoutMs }: { timeoutMs: number }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      whenEmpty = resolve;
      if (calls.size === 0) resolve();
      const limit = setTimeout(() => {
        for (const call of calls.values()) call.refuse(new ReeveError('shutting-down'));
        resolve();
      }, timeoutMs);
      await promise;
      clearTimeout(limit);
    },
    close() {
      clearInterval(timer);
      signals.off('access-changed', onAccessChanged);
    },
  };
}
