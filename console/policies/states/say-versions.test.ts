import { expect, test } from 'vitest';
import { sayVersions } from './say-versions.ts';

test.each([
  [4, 2, 'Engineers goes from version 4 to the text of version 2.'],
  [0, 3, 'Engineers comes back, in version 3.'],
  [1, 0, 'Engineers, version 1 now, was not there yet and applies to nobody any more.'],
])('from %i to %i', (from, to, said) => {
  expect(sayVersions({ name: 'Engineers', from, to })).toBe(said);
});
