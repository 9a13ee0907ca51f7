import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { unlessAborted } from '../unless-aborted.ts';
import { beginOf, unlessGone } from './end-container.ts';

export interface Started {
  container: Docker.Container;
  stream: NodeJS.ReadWriteStream;
  /** Resolves with the exit code. */
  exit: Promise<number | null>;
  pid: number;
  begin: string | null;
}

/** Attached before it starts, so that nothing it says is lost. */
async function makeContainer(
  docker: Docker,
  options: Docker.ContainerCreateOptions,
  signal: AbortSignal | undefined,
): Promise<Started> {
  const container = await docker.createContainer(options);
  try {
    signal?.throwIfAborted();
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    // One that breaks is the container's end, told by the engine.
    stream.on('error', () => undefined);
    await container.start();
    const exit = container.wait().then(
      ({ StatusCode }: { StatusCode: number }) => StatusCode,
      () => null,
    );
    const { State } = await container.inspect();
    if (State.Pid === 0)
      throw new Error(`the container ended before it began: ${State.Error || 'no word from the engine'}`);
    return { container, stream, exit, pid: State.Pid, begin: await beginOf(State.Pid) };
  } catch (error) {
    await unlessGone(container.remove({ force: true, v: true }));
    throw error;
  }
}

/** Its command does not begin before it gets a line; one that nobody wants any more never gets it. */
export const startContainer = (
  docker: Docker,
  options: Docker.ContainerCreateOptions,
  signal: AbortSignal | undefined,
): Promise<Started> =>
  unlessAborted(makeContainer(docker, options, signal), signal, ({ container, stream }) => {
    // The engine would wait for a reader.
    (stream as unknown as Readable).destroy();
    return container.remove({ force: true, v: true });
  });
