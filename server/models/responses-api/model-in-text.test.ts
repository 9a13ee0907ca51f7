import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countModels, replaceModel } from './model-in-text.ts';

const withModel = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }).chain((rest) =>
  fc.record({ model: fc.string(), at: fc.nat() }).map(({ model, at }) => {
    const entries = Object.entries(rest).filter(([key]) => key !== 'model' && key !== '__proto__');
    entries.splice(at % (entries.length + 1), 0, ['model', model]);
    return Object.fromEntries(entries);
  }),
);

it('changes the model and nothing else, wherever it stands and however the JSON is spaced', () => {
  fc.assert(
    fc.property(withModel, fc.string(), fc.constantFrom(0, 1, 4), (request, model, indent) => {
      const text = JSON.stringify(request, null, indent);
      expect(countModels(text)).toBe(1);
      expect(JSON.parse(replaceModel(text, model))).toEqual({ ...JSON.parse(text), model });
    }),
  );
});

it.each([
  ['{"a":{"model":"x"},"model":"y"}', 1],
  ['{"model":"x","model":"y"}', 2],
  ['{"\\u006dodel":"x", "model" :"y"}', 2],
  ['{"a":"model","b":"\\"model\\":"}', 0],
  ['{"a":["model",{"model":1}],"model":"}"}', 1],
])('counts the models at the top of %s', (text, count) => {
  expect(countModels(text)).toBe(count);
});
