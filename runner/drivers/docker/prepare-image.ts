import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import type { EnvironmentImage } from '#contract/environments.ts';

interface Options {
  signal: AbortSignal;
  log: (line: string) => void;
}

const megabyte = 1024 * 1024;
/** What a recipe's steps may use, all of them one after another. */
const buildMemoryBytes = 4096 * megabyte;

/** The image's own id: a tag may mean another one by the time the container starts. */
async function idOf(docker: Docker, reference: string): Promise<string | null> {
  try {
    return (await docker.getImage(reference).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

interface Progress {
  status?: string;
  id?: string;
  stream?: string;
  error?: string;
  progressDetail?: { current?: number };
}

/** Follows what the engine says until it is done. @throws Error with the engine's words */
async function follow(docker: Docker, stream: Readable, { signal, log }: Options): Promise<void> {
  const stop = () => stream.destroy(new Error('stopped'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(
        stream,
        (error) => (error ? reject(error) : resolve()),
        ({ status, id, stream: text, error, progressDetail }: Progress) => {
          if (error) return reject(new Error(error));
          // Bars would be hundreds of lines.
          if (progressDetail?.current !== undefined) return;
          const line = (text ?? [id, status].filter(Boolean).join(' ')).trimEnd();
          if (line !== '') log(line);
        },
      );
      stream.once('error', reject);
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function pull(docker: Docker, reference: string, options: Options): Promise<string> {
  options.signal.throwIfAborted();
  options.log(`Pulling ${reference}`);
  const hasTag = /[:@][^/]*$/.test(reference);
  const stream = (await docker.pull(hasTag ? reference : `${reference}:latest`, {
    abortSignal: options.signal,
  })) as unknown as Readable;
  await follow(docker, stream, options);
  const id = await idOf(docker, reference);
  if (id === null) throw new Error(`the engine pulled ${reference} and does not have it`);
  return id;
}

/**
 * Builds a recipe. Its steps have no network: what needs the internet belongs into the set-up script, where every request is judged and
 * written down. The engine itself pulls the image that the recipe starts from.
 */
async function build(docker: Docker, containerfile: string, options: Options): Promise<string> {
  const tag = `reeve-recipe:${createHash('sha256').update(containerfile).digest('hex').slice(0, 32)}`;
  const known = await idOf(docker, tag);
  if (known !== null) return known;
  options.signal.throwIfAborted();
  const context = pack();
  context.entry({ name: 'Containerfile', mode: 0o644 }, containerfile);
  context.finalize();
  const stream = (await docker.buildImage(context as unknown as NodeJS.ReadableStream, {
    t: tag,
    dockerfile: 'Containerfile',
    networkmode: 'none',
    memory: buildMemoryBytes,
    memswap: buildMemoryBytes,
    rm: true,
    forcerm: true,
    abortSignal: options.signal,
  })) as unknown as Readable;
  await follow(docker, stream, options);
  const id = await idOf(docker, tag);
  if (id === null) throw new Error('the engine built the recipe and does not have the image');
  return id;
}

/** @returns the image's id. @throws Error with what is missing, or the engine's words */
export async function prepareImage(
  docker: Docker,
  { image, defaultImage }: { image: EnvironmentImage; defaultImage: string | null },
  options: Options,
): Promise<string> {
  if (image.kind === 'recipe') return build(docker, image.containerfile, options);
  const reference = image.kind === 'image' ? image.reference : defaultImage;
  if (reference === null)
    throw new Error(
      'this runner has no default image. Start it with one, or choose an image or a recipe in the environment.',
    );
  return (await idOf(docker, reference)) ?? pull(docker, reference, options);
}
