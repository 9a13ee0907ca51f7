import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { unlessGone } from './end-container.ts';

const repository = 'reeve-recipe';
const dayMs = 86_400_000;
/** Longer than a week-end: whoever needs it again later waits for it to be built again. */
const keepUnusedMs = 7 * dayMs;

export const recipeName = (tag: string): string => `${repository}:${tag}`;

/**
 * Names an image, anew where it has the name: the engine keeps when that was, for every runner that it has, and so it is known how long
 * nobody used a recipe.
 */
export async function nameRecipe(docker: Docker, image: string, tag: string): Promise<void> {
  await docker.getImage(image).tag({ repo: repository, tag });
}

/** Takes a name away, and the image where it has no other and nothing uses it. */
export async function forgetRecipe(docker: Docker, tag: string): Promise<void> {
  await unlessGone(docker.getImage(recipeName(tag)).remove());
}

const goneMs = 20_000;
const lookMs = 200;

/** For one whose build was ended: its container is on its way out, and the engine keeps its image until then. What stays is tidied up later. */
export async function forgetEnded(docker: Docker, tag: string): Promise<void> {
  const image = docker.getImage(recipeName(tag));
  for (const until = performance.now() + goneMs; performance.now() < until; await setTimeout(lookMs)) {
    const error: { statusCode?: number } | null = await image.remove().then(
      () => null,
      (failed: { statusCode?: number }) => failed,
    );
    if (error?.statusCode !== 409) return;
  }
}

async function lastUse(docker: Docker, name: string): Promise<number> {
  const facts = await docker.getImage(name).inspect();
  const { LastTagTime } = (facts as { Metadata?: { LastTagTime?: string } }).Metadata ?? {};
  // Not every engine keeps it.
  return Math.max(Date.parse(facts.Created), Date.parse(LastTagTime ?? '') || 0);
}

/** Images of recipes that nobody used lately go, and what others left unfinished. The engine keeps those of containers. */
export async function tidyRecipes(docker: Docker, now = Date.now()): Promise<void> {
  const images = await docker.listImages({ filters: { reference: [repository] } });
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((name) => name.startsWith(recipeName('')));
  for (const name of names) {
    // Another runner may do the same.
    const used = await lastUse(docker, name).catch(() => now);
    if (now - used > keepUnusedMs) await forgetRecipe(docker, name.slice(recipeName('').length));
  }
}

/** Now and each day. An engine that does not answer is asked the next day. @returns what stops it */
export function keepRecipesTidy(docker: Docker, now: () => number): () => void {
  const tidy = () => void tidyRecipes(docker, now()).catch(() => undefined);
  tidy();
  const timer = setInterval(tidy, dayMs);
  timer.unref();
  return () => clearInterval(timer);
}
