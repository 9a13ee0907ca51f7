import { Command, InvalidArgumentError } from 'commander';
import { backgroundJobs, startRepeating } from '#server/background-jobs.ts';
import { openEmbeddedRunner } from '#server/cloud/index.ts';
import { createOwnerLink, type OwnerLink } from '#server/directory/index.ts';
import { openJobs } from '#server/jobs/open-jobs.ts';
import { prepareShapes } from '#server/policies/index.ts';
import { hasActiveOwner } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { type RunningReeve, startReeve } from '#server/start.ts';
import { controlCalls } from './control/control-calls.ts';
import { openControlSocket } from './control/control-socket.ts';
import { refuseExampleFolder } from './demo/demo-folder.ts';
import { type Demo, openDemo } from './demo/open-demo.ts';
import { endWith } from './end-with.ts';
import { greeting } from './greeting.ts';
import { readSettings } from './open-command.ts';
import { untilSignal } from './until-signal.ts';

/** Made and shown once in the life of an installation: a later start has no secret to print. */
async function firstOwnerLink(services: Services): Promise<OwnerLink | null> {
  const made = await services.db
    .selectFrom('audit_events')
    .select('id')
    .where('event', '=', 'owner-link.created')
    .limit(1)
    .executeTakeFirst();
  return made || (await hasActiveOwner(services.db)) ? null : createOwnerLink(services, { madeBy: 'first start' });
}

interface ServeOptions {
  jobs: boolean;
  demo?: boolean;
  demoDays: number;
}

function readDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > 365) throw new InvalidArgumentError('A number from 1 to 365.');
  return days;
}

async function serve({ jobs: withJobs, demo: isDemo = false, demoDays: days }: ServeOptions): Promise<void> {
  const { config: given, log } = readSettings();
  await refuseExampleFolder(given);
  const opening = new AsyncDisposableStack();
  const demo: Demo | null = isDemo ? await openDemo(given, { log, days }) : null;
  if (demo) opening.defer(() => demo.model.close());
  const config = demo?.config ?? given;
  const reeve: RunningReeve = await startReeve({ config, log });
  const { services, keys, opened } = reeve;
  opening.defer(() => reeve.close());
  await demo?.attach(reeve);
  const signalled = untilSignal();
  try {
    const control = await openControlSocket(config.dataFolder, controlCalls(reeve), log);
    opening.defer(() => control.close());
    const ownerLink = await firstOwnerLink(services);
    process.stdout.write(await greeting(reeve, { ownerLink, example: demo?.owner ?? null }));
    prepareShapes();
    const embeddedRunner = openEmbeddedRunner(services, reeve);
    opening.defer(() => embeddedRunner.close());
    if (withJobs) {
      // Somebody waits for these; the queue of the others takes its time to open.
      const repeating = startRepeating(services);
      opening.defer(() => repeating.close());
      const jobs = await openJobs({ opened, config, log }, backgroundJobs(services, keys));
      opening.defer(() => jobs.close());
    }
  } catch (error) {
    endWith(error);
    await opening.disposeAsync();
    process.exit();
  }
  const signal = await signalled;
  const again = signal === 'SIGINT' ? 'Ctrl-C' : signal;
  process.stdout.write(`\nStopping: running answers may finish. ${again} once more ends them at once.\n`);
  // Jobs may take some seconds to end; nothing new is taken meanwhile, and answers go on beside them.
  reeve.stop().catch(() => undefined);
  await opening.disposeAsync();
  process.stdout.write('Stopped.\n');
  process.exit(0);
}

export const serveCommand = () =>
  new Command('serve')
    .description('Serve the console, the Codex clients and the model gateway')
    .option('--demo', 'an example organisation with invented people and a scripted model, in a folder of its own')
    .option('--demo-days <days>', 'how many days of activity the example begins with', readDays, 90)
    .option('--no-jobs', 'leave background jobs to "reeve work" (PostgreSQL only)')
    .action(serve);
