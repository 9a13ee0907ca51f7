import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ConfigLayer, isTable, type Values, valueAt } from './config-layer.ts';
import { contributions, leavesOf, mergeLayers } from './merge-layers.ts';

/** Few names, so that layers meet; scalars, lists and tables over each other. */
const name = fc.constantFrom('a', 'b', 'c', 'a.b', '__proto__', 'constructor');
const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.array(fc.integer(), { maxLength: 3 }));
const { table } = fc.letrec<{ table: Values; value: unknown }>((tie) => ({
  table: fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  value: fc.oneof({ maxDepth: 3, depthIdentifier: 'toml' }, leaf, tie('table')),
}));

const layer = fc.record({ values: table, isDisabled: fc.boolean() }).map(
  ({ values, isDisabled }): ConfigLayer => ({
    source: { type: 'sessionFlags' },
    values,
    lineOf: () => null,
    disabledReason: isDisabled ? 'not trusted' : null,
  }),
);

/** One path at a time: the strongest layer that has something other than a table there, unless a stronger one has something above it. */
function naiveValue(layers: readonly ConfigLayer[], path: readonly string[]): unknown {
  for (const { values } of layers.toReversed()) {
    for (let length = 1; length <= path.length; length += 1) {
      const value = valueAt(values, path.slice(0, length));
      if (value === undefined) break;
      if (!isTable(value)) return length === path.length ? value : undefined;
      if (length === path.length) return undefined;
    }
  }
  return undefined;
}

const paths = (layers: readonly ConfigLayer[]) =>
  layers.flatMap(({ values }) => [...leavesOf(values)].map(({ path }) => path));

test('what holds at a path is what a search from the strongest layer finds, and that layer is named', () => {
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 5 }), (layers) => {
      const enabled = layers.filter(({ disabledReason }) => disabledReason === null);
      const merged = mergeLayers(layers);
      for (const path of paths(enabled)) {
        const found = valueAt(merged, path);
        expect(isTable(found) ? undefined : found).toEqual(naiveValue(enabled, path));
      }
      for (const { path, value } of leavesOf(merged)) {
        const [winner] = contributions(layers, path);
        expect(winner?.value).toEqual(value);
        expect(layers[winner?.layer ?? -1]?.disabledReason).toBeNull();
      }
    }),
    { numRuns: 500 },
  );
});

test('nothing holds that no enabled layer says', () => {
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 5 }), (layers) => {
      const said = new Set(
        paths(layers.filter(({ disabledReason }) => disabledReason === null)).map((path) => JSON.stringify(path)),
      );
      for (const { path } of leavesOf(mergeLayers(layers))) expect(said).toContain(JSON.stringify(path));
    }),
    { numRuns: 300 },
  );
});
