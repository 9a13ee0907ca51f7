import { expect, test } from 'vitest';
import { spreadLabels } from './spread-labels.ts';

const room = { gap: 16, top: 0, bottom: 200 };

test.each([
  ['far apart: stay', [10, 150], [10, 150]],
  ['equal: one below the other', [50, 50, 50], [50, 66, 82]],
  ['at the bottom: pushed up, in their order', [199, 200, 40], [184, 200, 40]],
  ['beyond the edges: inside', [-20, 300], [0, 200]],
  ['none', [], []],
])('%s', (_name, wanted, placed) => {
  expect(spreadLabels(wanted, room)).toEqual(placed);
});
