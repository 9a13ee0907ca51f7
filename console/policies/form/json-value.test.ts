import { expect, test } from 'vitest';
import { readWords, writeWords } from './command-words.ts';
import { readToml, readTomlValue, writeTomlPath, writeTomlValue } from './inline-toml.ts';
import { applyEdits, type Edit, moveEntry, valueAt } from './json-value.ts';

const values = { a: ['x', 'y'], t: { on: true }, rules: [{ decision: 'prompt' }] };

const edited: [Edit[], unknown][] = [
  [[{ path: ['b'], value: 1 }], { ...values, b: 1 }],
  [[{ path: ['a'] }], { t: { on: true }, rules: [{ decision: 'prompt' }] }],
  [[{ path: ['a', '0'] }], { ...values, a: ['y'] }],
  [[{ path: ['a', '1'], value: 'z' }], { ...values, a: ['x', 'z'] }],
  [[{ path: ['t', 'off', 'deep'], value: [] }], { ...values, t: { on: true, off: { deep: [] } } }],
  [[{ path: ['rules', '0', 'decision'], value: 'forbidden' }], { ...values, rules: [{ decision: 'forbidden' }] }],
  [[{ path: ['gone', 'deep'] }], values],
];
test.each(edited)('edits %j', (edits, expected) => {
  expect(applyEdits(values, edits)).toEqual(expected);
});

test('an entry may be added behind the last', () => {
  expect(applyEdits({ a: ['x'] }, [{ path: ['a', '1'], value: 'y' }])).toEqual({ a: ['x', 'y'] });
});

test('entries move by one place and stop at the ends', () => {
  expect(moveEntry(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(moveEntry(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  expect(valueAt(values, ['rules', '0', 'decision'])).toBe('prompt');
  expect(valueAt(values, ['t', 'on', 'x'])).toBeUndefined();
});

test.each([
  ['git push', [{ token: 'git' }, { token: 'push' }]],
  ['git push|commit', [{ token: 'git' }, { any_of: ['push', 'commit'] }]],
  ['rm "a b"', [{ token: 'rm' }, { token: 'a b' }]],
  ['x "a|b"|c', [{ token: 'x' }, { any_of: ['a|b', 'c'] }]],
  ['x a|', [{ token: 'x' }, { any_of: ['a'] }]],
  ['"say ""hi"""', [{ token: 'say "hi"' }]],
] as const)('the words %s', (text, pattern) => {
  expect(readWords(text)).toEqual(pattern);
  expect(writeWords(pattern.map((word) => ({ ...word })) as never)).toBe(text);
});

test.each([[[{ token: 'a', any_of: ['b'] }]], [[{ regex: 'a' }]], [['git']], [[{ any_of: [] }]]])(
  'a pattern that the one line cannot say is left alone: %j',
  (pattern) => {
    expect(writeWords(pattern as never)).toBeNull();
  },
);

test.each(['"a"', 'true', '8', '["a", { b = 1 }]', '{ "x y" = "z" }', '{}', '[]'])('%s survives', (text) => {
  const read = readTomlValue(text);
  expect('value' in read && writeTomlValue(read.value)).toBe(text);
});

test('what is no value is refused in words', () => {
  expect(readTomlValue('')).toHaveProperty('problem');
  expect(readTomlValue('[1,')).toHaveProperty('problem');
  expect(readTomlValue('1\nb = 2')).toHaveProperty('problem');
  expect(readTomlValue('1979-05-27')).toHaveProperty('problem');
  expect(readToml('a = ')).toBeNull();
  expect(writeTomlPath(['mcp_servers', 'a.b', 'url'])).toBe('mcp_servers."a.b".url');
});
