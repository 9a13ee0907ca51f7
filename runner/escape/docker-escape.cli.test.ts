import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startContainerEngine } from '#testing/container-engine.ts';
import { type EscapeGround, openEscapeGround } from '#testing/escapes/escape-suite.ts';
import {
  holdsWhatATaskTakes,
  nothingGetsOut,
  nothingLeavesTheContainer,
  trustsNoWorkspace,
} from '#testing/escapes/escape-tests.ts';
import { trustsNoInput } from '#testing/escapes/hostile-input-tests.ts';
import { openDockerDriver } from '../drivers/docker/docker-driver.ts';
import type { Driver } from '../drivers/driver.ts';

const engine = await startContainerEngine();

describe.runIf(engine !== null)('out of a container of an engine', () => {
  let ground: EscapeGround;
  let driver: Driver;
  let dataFolder = '';
  beforeAll(async () => {
    dataFolder = await mkdtemp('/var/tmp/reeve-escape-data-');
    const socketPath = engine?.socketPath ?? '';
    driver = openDockerDriver({
      socketPath,
      owner: `escape-${process.pid}`,
      defaultImage: engine?.image ?? null,
      dataFolder,
      uid: 2_000_000_000,
    });
    const image = await driver.prepareImage(
      { kind: 'default' },
      { signal: new AbortController().signal, log: () => undefined },
    );
    ground = await openEscapeGround(driver, { image, runtime: 'runc', engineSocket: socketPath });
  });
  afterAll(async () => {
    await ground?.close();
    await engine?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  nothingGetsOut(() => ground, 'docker');
  nothingLeavesTheContainer(() => ground, 'docker');
  holdsWhatATaskTakes(() => ground);
  trustsNoWorkspace(() => ground);
  trustsNoInput(() => ground);

  test('folders that an image declares are no place on the engine’s disk', async () => {
    const containerfile = `FROM ${engine?.image}\nVOLUME ["/data", "/usr/../etc/evil", "/workspace", "/home/agent/x"]\n`;
    const options = { signal: new AbortController().signal, log: () => undefined };
    const image = await driver.prepareImage({ kind: 'recipe', containerfile }, options);
    const fill = 'for place in /data /etc/evil; do head -c 200M /dev/zero > $place/x; done; touch /planted';
    const { output } = await ground.run(fill, { image });
    expect(output.match(/No space left/g)).toHaveLength(2);
    expect(output).toContain("cannot touch '/planted'");
    const volumes = join(engine?.socketPath ?? '', '../data/volumes');
    const whole = { kind: 'recipe', containerfile: `FROM ${engine?.image}\nVOLUME ["/usr/.."]\n` } as const;
    await expect(driver.prepareImage(whole, options)).rejects.toThrow('declares its root as a volume');
    expect((await readdir(volumes)).filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual([]);
  });

  test('the engine keeps no log that a container could fill', async () => {
    const { container } = await ground.start('yes');
    await once(container.stdout, 'readable');
    const folder = join(engine?.socketPath ?? '', '../data/containers');
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.log'));
    expect(files).toEqual([]);
    await container.kill();
    await container.remove();
  });
});
