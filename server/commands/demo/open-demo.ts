import process from 'node:process';
import type { Logger } from 'pino';
import type { Config } from '#server/config.ts';
import type { RunningReeve } from '#server/start.ts';
import {
  type DemoMarker,
  demoConfig,
  dropHalfFilled,
  newPassword,
  readMarker,
  refuseForeignFolder,
  writeMarker,
} from './demo-folder.ts';
import { type ExampleModel, startExampleModel } from './example-model.ts';
import { fillExample } from './fill-example.ts';

export interface Demo {
  config: Config;
  owner: DemoMarker;
  model: ExampleModel;
  /** Sends the gateway to this start's model, whose port is another one each time. */
  attach(reeve: RunningReeve): Promise<void>;
}

const ownerName = 'Ada Example';
const barWidth = 30;

const showProgress = (days: number) => (done: number) => {
  const filled = Math.round((done / days) * barWidth);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
  const line = `Living through ${days} days of an example organisation  ${bar}  ${done}`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}${done === days ? '\n' : ''}`);
  else if (done % days === 0) process.stdout.write(`${line}\n`);
};

/** Fills the example's folder the first time, and starts its model. @throws Refused where it would touch anything real */
export async function openDemo(given: Config, { log, days }: { log: Logger; days: number }): Promise<Demo> {
  const config = demoConfig(given);
  await refuseForeignFolder(config.dataFolder);
  const model = await startExampleModel();
  try {
    const known = await readMarker(config.dataFolder);
    let owner = known;
    if (owner?.state !== 'ready') {
      await dropHalfFilled(config.dataFolder);
      owner = { state: 'filling', email: 'ada@example.com', password: newPassword() };
      await writeMarker(config.dataFolder, owner);
      await fillExample({
        config,
        log,
        owner: { name: ownerName, email: owner.email, password: owner.password },
        upstreamUrl: model.baseUrl,
        days,
        onProgress: showProgress(days),
      });
      owner = { ...owner, state: 'ready' };
      await writeMarker(config.dataFolder, owner);
    }
    const attach = async ({ services: { db, clock } }: RunningReeve) => {
      // An upstream that somebody set to try a real model stays.
      await db
        .updateTable('model_upstreams')
        .set({ base_url: model.baseUrl, updated_at: clock() })
        .where('base_url', 'like', 'http://127.0.0.1:%/v1')
        .execute();
    };
    return { config, owner, model, attach };
  } catch (error) {
    await model.close();
    throw error;
  }
}
