import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { VerifyCheck } from '#contract/setup.ts';
import { askUpstream } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import { readSetupFacts } from '../setup-facts.ts';
import { type Check, type CheckContext, type Found, unknown } from './check.ts';
import { checkList } from './check-list.ts';
import { type CheckState, forgetOtherStates, listRealWorkspaces, saveState } from './queries.ts';
import { readWorstStates, serverGoneMs } from './worst-states.ts';

/** What takes longer hangs; restoring a backup is the longest. */
const longestMs = 120_000;
const atOnce = 4;

/** Disks, programs and certificates are of each server; the rest is the same from wherever it is looked at. */
const serverOf = ({ area }: Check, { config }: Pick<Services, 'config'>): string =>
  area === 'machine' ? `${hostname()}:${config.listen.port}` : '';

const once = <Value>(read: () => Promise<Value>): (() => Promise<Value>) => {
  let reading: Promise<Value> | null = null;
  return () => {
    reading ??= read();
    return reading;
  };
};

const openContext = (services: Services, workspaceId: string): CheckContext => ({
  services,
  workspaceId,
  now: services.clock(),
  facts: once(() => readSetupFacts(services, workspaceId)),
  upstream: once(() => askUpstream(services, workspaceId)),
});

async function lookAt(check: Check, context: CheckContext): Promise<Found> {
  const ending = new AbortController();
  const late = wait(longestMs, null, { signal: ending.signal, ref: false }).catch(() => null);
  try {
    const found = await Promise.race([check.look(context), late]);
    return found ?? unknown(`It came to no end within ${longestMs / 1000} s.`, 'Look at the log of the server.');
  } catch (error) {
    context.services.log.warn({ err: error, check: check.id }, 'a check could not be carried out');
    const reason = error instanceof Error ? error.message : String(error);
    return unknown(`It could not be looked at: ${reason}`, 'Look at the log of the server.');
  } finally {
    ending.abort();
  }
}

/** Looks at each and keeps what was found, as soon as it was: whoever reads meanwhile sees how far it is. */
export async function runEachCheck(
  services: Services,
  workspaceId: string,
  checks: readonly Check[] = checkList,
): Promise<void> {
  const context = openContext(services, workspaceId);
  const waiting = [...checks];
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const found = await lookAt(check, context);
      const server = serverOf(check, services);
      await saveState(services.db, workspaceId, { check_id: check.id, server, ...found, checked_at: services.clock() });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

const running = new WeakMap<object, Map<string, Promise<void>>>();

/** All of them, now. Whoever asks while it runs waits for the same run. */
export async function runChecks(services: Services, workspaceId: string): Promise<void> {
  const runs = running.get(services.changes) ?? new Map<string, Promise<void>>();
  running.set(services.changes, runs);
  const run =
    runs.get(workspaceId) ??
    runEachCheck(services, workspaceId)
      .then(() =>
        forgetOtherStates(services.db, workspaceId, {
          ids: checkList.map(({ id }) => id),
          seenBefore: new Date(services.clock().getTime() - serverGoneMs),
        }),
      )
      .then(() => undefined)
      .finally(() => runs.delete(workspaceId));
  runs.set(workspaceId, run);
  await run;
}

const asVerifyCheck = ({ id, title, area, path }: Check, state: CheckState): VerifyCheck => ({
  id,
  title,
  area,
  path,
  state: state.state,
  evidence: state.evidence,
  facts: state.facts,
  since: state.since.toISOString(),
  checkedAt: state.checked_at.toISOString(),
  next: state.next,
});

/** As they were found last, in the order of the list. `checkedAt` is of the one looked at longest ago; null: never. */
export async function readChecks(
  services: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
): Promise<{ items: VerifyCheck[]; checkedAt: string | null }> {
  const states = new Map((await readWorstStates(services, workspaceId)).map((state) => [state.check_id, state]));
  const items = checkList.flatMap((check) => {
    const state = states.get(check.id);
    return state ? [asVerifyCheck(check, state)] : [];
  });
  const [oldest] = items.map(({ checkedAt }) => checkedAt).sort();
  return { items, checkedAt: oldest ?? null };
}

/** For each workspace of people, as the control socket and the hourly job ask it. */
export async function runChecksEverywhere(services: Services): Promise<{ workspace: string; items: VerifyCheck[] }[]> {
  const found: { workspace: string; items: VerifyCheck[] }[] = [];
  for (const { id, name } of await listRealWorkspaces(services.db)) {
    await runChecks(services, id);
    found.push({ workspace: name, items: (await readChecks(services, id)).items });
  }
  return found;
}
