import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { holdRecipe, usualRecipeLimits } from './hold-recipe.ts';

test('an engine that dies in the middle of a word ends the build, and nothing else', async () => {
  const told = Readable.from([Buffer.from('{"status":"create","id":')]);
  const docker = { getEvents: async () => told } as unknown as Docker;
  const why: Error[] = [];
  const { signal } = new AbortController();
  const held = await holdRecipe(docker, { limits: usualRecipeLimits, signal, onPassed: (error) => why.push(error) });
  await expect.poll(() => why.map(({ cause }) => cause).filter(Boolean)).toEqual([expect.any(SyntaxError)]);
  expect(new Set(why.map(({ message }) => message))).toEqual(
    new Set(['the engine does not tell of the recipe’s steps, which nothing would hold then']),
  );
  held.stop();
});
