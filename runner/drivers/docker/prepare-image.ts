import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { hasAdd, noAdd } from '#contract/containerfile.ts';
import type { EnvironmentImage } from '#contract/environments.ts';
import { type HeldRecipe, holdRecipe, type RecipeLimits, RecipeStopped, usualRecipeLimits } from './hold-recipe.ts';
import { forgetEnded, forgetRecipe, nameRecipe, recipeName } from './recipe-images.ts';

interface Options {
  signal: AbortSignal;
  log: (line: string) => void;
}

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

/** The image of a recipe that was built before, which counts as used now. */
async function knownRecipe(docker: Docker, tag: string): Promise<string | null> {
  const known = await idOf(docker, recipeName(tag));
  if (known === null) return null;
  try {
    await nameRecipe(docker, known, tag);
    return known;
  } catch (error) {
    // Tidied up in this moment.
    if ((error as { statusCode?: number }).statusCode === 404) return null;
    throw error;
  }
}

interface Build {
  containerfile: string;
  /** The image's name until it is known to be within its limits. */
  unfinished: string;
  held: HeldRecipe;
}

/** What the engine says after each step. A step that prints the like only keeps another image from being removed for some days. */
const stepMade = /^ ---> ([0-9a-f]{12,64})$/;

/**
 * Has the engine build it. What it made before a failure gets the name too: the next try goes on from there, and it is known what to
 * remove.
 */
async function buildUnfinished(docker: Docker, { containerfile, unfinished, held }: Build, options: Options) {
  const context = pack();
  context.entry({ name: 'Containerfile', mode: 0o644 }, containerfile);
  context.finalize();
  let last: string | null = null;
  const log = (line: string) => {
    last = stepMade.exec(line)?.[1] ?? last;
    options.log(line);
  };
  try {
    const stream = (await docker.buildImage(context as unknown as NodeJS.ReadableStream, {
      ...held.options,
      t: recipeName(unfinished),
      dockerfile: 'Containerfile',
      rm: true,
      forcerm: true,
      abortSignal: options.signal,
    })) as unknown as Readable;
    await follow(docker, stream, { ...options, log });
  } catch (error) {
    if (last !== null) await nameRecipe(docker, last, unfinished).catch(() => undefined);
    throw error;
  }
}

/**
 * Builds a recipe. Its steps have no network: what needs the internet belongs into the set-up script, where every request is judged and
 * written down. The engine itself pulls the image that the recipe starts from.
 */
async function build(docker: Docker, containerfile: string, limits: RecipeLimits, options: Options): Promise<string> {
  if (hasAdd(containerfile)) throw new Error(noAdd);
  const tag = createHash('sha256').update(containerfile).digest('hex').slice(0, 32);
  const known = await knownRecipe(docker, tag);
  if (known !== null) return known;
  options.signal.throwIfAborted();
  const unfinished = `unfinished-${tag}`;
  const passed = new AbortController();
  const signal = AbortSignal.any([options.signal, passed.signal]);
  const held = await holdRecipe(docker, { limits, signal, onPassed: (why) => passed.abort(why) });
  try {
    await buildUnfinished(docker, { containerfile, unfinished, held }, { ...options, signal });
    const id = await idOf(docker, recipeName(unfinished));
    if (id === null) throw new Error('the engine built the recipe and does not have the image');
    await held.judge(id);
    await nameRecipe(docker, id, tag);
    await forgetRecipe(docker, unfinished);
    return id;
  } catch (error) {
    options.signal.throwIfAborted();
    const why = passed.signal.aborted ? passed.signal.reason : error;
    // Nobody goes on from there.
    if (why instanceof RecipeStopped) void forgetEnded(docker, unfinished);
    throw why;
  } finally {
    held.stop();
  }
}

/** @returns the image's id. @throws Error with what is missing, or the engine's words */
export async function prepareImage(
  docker: Docker,
  {
    image,
    defaultImage,
    recipeLimits = usualRecipeLimits,
  }: { image: EnvironmentImage; defaultImage: string | null; recipeLimits?: RecipeLimits | undefined },
  options: Options,
): Promise<string> {
  if (image.kind === 'recipe') return build(docker, image.containerfile, recipeLimits, options);
  const reference = image.kind === 'image' ? image.reference : defaultImage;
  if (reference === null)
    throw new Error(
      'this runner has no default image. Start it with one, or choose an image or a recipe in the environment.',
    );
  return (await idOf(docker, reference)) ?? pull(docker, reference, options);
}
