import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { ensureClient } from '#server/stock-client/install-client.ts';
import { type EscapeGround, openEscapeGround } from '#testing/escapes/escape-suite.ts';
import {
  holdsWhatATaskTakes,
  nothingGetsOut,
  nothingLeavesTheContainer,
  trustsNoWorkspace,
} from '#testing/escapes/escape-tests.ts';
import { trustsNoInput } from '#testing/escapes/hostile-input-tests.ts';
import type { Driver } from '../drivers/driver.ts';
import { openProcessDriver } from '../drivers/process/process-driver.ts';

describe('out of a container of bubblewrap', () => {
  let ground: EscapeGround;
  let driver: Driver;
  let dataFolder = '';
  beforeAll(async () => {
    dataFolder = await mkdtemp('/var/tmp/reeve-escape-data-');
    const { folder } = await ensureClient('0.169.0');
    const bubblewraps = [join(folder, 'codex-resources/bwrap')];
    driver = openProcessDriver({ dataFolder, owner: `escape-${process.pid}`, bubblewraps });
    ground = await openEscapeGround(driver, { image: '', runtime: 'process', engineSocket: '/run/docker.sock' });
  });
  afterAll(async () => {
    await ground?.close();
    await rm(dataFolder, { recursive: true, force: true });
  });

  nothingGetsOut(() => ground, 'process');
  nothingLeavesTheContainer(() => ground, 'process');
  holdsWhatATaskTakes(() => ground);
  trustsNoWorkspace(() => ground);
  trustsNoInput(() => ground);
});
