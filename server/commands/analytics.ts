import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { askRecounts, countUsage, type RecountProgress, readRecountProgress } from '#server/analytics/index.ts';
import { systemActor } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';
import { findRunningServer } from './control/ask-server.ts';
import { RecountAsked, RecountState } from './control/control-calls.ts';
import { readSettings, withServices } from './open-command.ts';

const lookEveryMs = 1_000;

const tell = ({ daysDone, days }: RecountProgress) => process.stdout.write(`Counted ${daysDone} of ${days} days.\n`);

/** Tells how far it is whenever a look finds it further. */
async function watch(look: () => Promise<RecountProgress | null>, isEnded: () => boolean): Promise<void> {
  let last = -1;
  while (!isEnded()) {
    const progress = await look();
    if (!progress) return;
    if (progress.daysDone !== last) tell(progress);
    last = progress.daysDone;
    await wait(lookEveryMs);
  }
}

/** Counts until it is done, by turns with a server on the same PostgreSQL. */
async function countHere(services: Services): Promise<number> {
  const days = await askRecounts(services, (id) => systemActor('reeve analytics rebuild', id));
  const usage = countUsage(services);
  let isEnded = false;
  const count = async () => {
    await usage.runToEnd();
    while (await readRecountProgress(services.db)) {
      await wait(lookEveryMs);
      await usage.runToEnd();
    }
    isEnded = true;
  };
  await Promise.all([
    count(),
    watch(
      () => readRecountProgress(services.db),
      () => isEnded,
    ),
  ]);
  return days;
}

async function rebuild(): Promise<void> {
  const { config, log } = readSettings();
  const server = await findRunningServer(config.dataFolder);
  let days: number;
  if (server) {
    ({ days } = await server.ask('recount', {}, RecountAsked));
    await watch(
      async () => (await server.ask('recount-state', {}, RecountState)).progress,
      () => false,
    );
  } else
    days = await withServices({ config, log, command: 'reeve analytics rebuild' }, ({ services }) =>
      countHere(services),
    );
  process.stdout.write(
    days === 0 ? 'There are no events to count.\n' : `Done: the figures of ${days} days are what the events say.\n`,
  );
}

export const analyticsCommand = () =>
  new Command('analytics')
    .description('Figures of use')
    .addCommand(
      new Command('rebuild')
        .description('Count every figure again from the events; safe to interrupt and to repeat')
        .action(rebuild),
    );
