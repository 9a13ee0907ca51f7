import { mkdtemp, rm } from 'node:fs/promises';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startContainerEngine } from '#testing/container-engine.ts';
import type { Driver } from '../driver.ts';
import { openDockerDriver } from './docker-driver.ts';

const engine = await startContainerEngine();
const limits = { cpus: 1, memoryMb: 512, processes: 64, diskMb: 64 };
const weekMs = 7 * 86_400_000;

describe.runIf(engine !== null)('recipes of Docker', () => {
  const docker = new Docker({ socketPath: engine?.socketPath ?? '' });
  const drivers: Driver[] = [];
  let [folder, driver]: [string, Driver | null] = ['', null];
  const openDriver = (now = Date.now): Driver => {
    const opened = openDockerDriver({
      ...{ socketPath: engine?.socketPath ?? '', owner: `test-${process.pid}`, defaultImage: null, uid: 2_000_000_123 },
      ...{ dataFolder: folder, recipeLimits: limits, now },
    });
    drivers.push(opened);
    return opened;
  };
  beforeAll(async () => {
    folder = await mkdtemp('/var/tmp/reeve-recipes-');
    driver = openDriver();
  });
  afterAll(async () => {
    for (const one of drivers) one.close?.();
    await engine?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const recipe = (...steps: string[]) => ({
    kind: 'recipe' as const,
    containerfile: `FROM ${engine?.image}\n${steps.join('\n')}\n`,
  });
  const said: string[] = [];
  const prepare = async (image: ReturnType<typeof recipe>, signal = new AbortController().signal) =>
    (driver as Driver).prepareImage(image, { signal, log: (line) => said.push(line) });
  const containers = async () => (await docker.listContainers({ all: true })).map(({ Image }) => Image);
  const names = async () =>
    (await docker.listImages({ filters: { reference: ['reeve-recipe'] } })).flatMap(({ RepoTags }) => RepoTags ?? []);
  const volumes = async () => (await docker.listVolumes()).Volumes.map(({ Name }) => Name);

  test('a step that starts processes without end is ended with that word, and the runner goes on', async () => {
    // Bash goes on trying; a shell that gives up at once may have ended before anybody looks.
    const shell = 'SHELL ["/bin/bash", "-c"]';
    const bomb = 'RUN bomb() { bomb | bomb & }; while :; do bomb 2>/dev/null; sleep 0.1; done';
    await expect(prepare(recipe(shell, bomb))).rejects.toThrow(
      'the recipe was stopped: a step of it started more than the 64 processes it may have',
    );
    await expect.poll(containers).toEqual([]);
    const built = await prepare(recipe('RUN echo after the bomb > /after'));
    expect((await docker.getImage(built).inspect()).Id).toBe(built);
  });

  const fill = (place: string) => `for i in 1 2 3 4 5; do head -c 30M /dev/zero > ${place}/$i; done; sleep 100`;
  test.each([
    ['within one step', ['RUN mkdir /filled', `RUN ${fill('/filled')}`]],
    ['in a volume that it declares', ['VOLUME /volume', `RUN ${fill('/volume')}`]],
    ['in a file that has no name any more', ['RUN exec 7>/x; rm /x; head -c 70M /dev/zero >&7; sleep 100']],
    ['step by step, each too quick to be seen', [1, 2, 3].map((at) => `RUN head -c 40M /dev/zero > /quick-${at}`)],
    ['with the last step only', ['RUN head -c 40M /dev/zero > /a && head -c 40M /dev/zero > /b']],
  ])('a recipe that fills the disk %s is ended with that word, and nothing of it stays', async (_where, steps) => {
    await expect(prepare(recipe(...steps))).rejects.toThrow(
      'the recipe was stopped: its steps wrote more than the 64 MB it may take on the disk',
    );
    await expect.poll(containers).toEqual([]);
    await expect.poll(volumes).toEqual([]);
    await expect.poll(async () => (await names()).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  test('nothing is fetched by the engine itself', async () => {
    await expect(prepare(recipe('ADD http://127.0.0.1:1/x /x'))).rejects.toThrow('A recipe has no ADD');
  });

  test('a file larger than all that it may write is refused before it takes the disk', async () => {
    await expect(prepare(recipe('RUN fallocate -l 500G /huge'))).rejects.toThrow('fallocate');
    expect(said.join('\n')).toMatch(/file too large|file size limit exceeded/i);
  });

  test('one that nobody waits for any more is ended', async () => {
    const stopped = new AbortController();
    const building = prepare(recipe('RUN sleep 1000'), stopped.signal);
    const refused = expect(building).rejects.toThrow('cancelled');
    await expect.poll(async () => (await containers()).length).toBe(1);
    stopped.abort(new Error('cancelled'));
    await refused;
    await expect.poll(containers).toEqual([]);
  });

  const usedAt = async (image: string) => {
    const facts = (await docker.getImage(image).inspect()) as { Metadata?: { LastTagTime?: string } };
    return Date.parse(facts.Metadata?.LastTagTime ?? '');
  };
  test('images of recipes that nobody used for a week go when a runner starts; those in use or used since stay', async () => {
    const used = recipe('RUN echo used > /which');
    const usedId = await prepare(used);
    const old = await prepare(recipe('RUN echo old > /which'));
    const inContainer = await prepare(recipe('RUN echo held > /which'));
    const container = await docker.createContainer({ Image: inContainer, Cmd: ['true'] });
    await expect(prepare(recipe('RUN echo half > /half', 'RUN false'))).rejects.toThrow('non-zero code');
    const unfinished = (await names()).filter((name) => name.includes('unfinished'));
    const others = [old, inContainer, ...unfinished];
    const lastOfOthers = Math.max(...(await Promise.all(others.map(usedAt))));
    await expect
      .poll(async () => {
        expect(await prepare(used)).toBe(usedId);
        return (await usedAt(usedId)) > lastOfOthers;
      })
      .toBe(true);
    const before = await docker.listImages({ all: true });
    expect(unfinished).not.toEqual([]);
    const now = (await usedAt(usedId)) + weekMs;
    const { weaknesses } = await openDriver(() => now).describe();
    const ids = async () => (await docker.listImages()).map(({ Id }) => Id);
    await expect.poll(names).toHaveLength(2);
    expect(await ids()).toEqual(expect.arrayContaining([usedId, inContainer]));
    expect(await ids()).not.toContain(old);
    // The unnamed images of their steps as well.
    expect((await docker.listImages({ all: true })).length).toBeLessThan(before.length - 1);
    expect(weaknesses.join(' ')).toContain('Steps of a recipe run as root');
    await container.remove();
    expect(await prepare(used)).toBe(usedId);
  });
});
