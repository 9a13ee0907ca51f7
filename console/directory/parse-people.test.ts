import { expect, test } from 'vitest';
import { parsePeople } from './parse-people.ts';

test.each([
  ['maya@example.com', [{ email: 'maya@example.com' }]],
  ['Maya Lindqvist <Maya@Example.com>', [{ email: 'maya@example.com', name: 'Maya Lindqvist' }]],
  ['"Lindqvist" <maya@example.com>', [{ email: 'maya@example.com', name: 'Lindqvist' }]],
  ['a@x.example, b@x.example;c@x.example\n\n', ['a', 'b', 'c'].map((name) => ({ email: `${name}@x.example` }))],
  ['a@x.example\nA@X.example', [{ email: 'a@x.example' }]],
])('%j is understood', (typed, people) => {
  expect(parsePeople(typed)).toEqual({ people, wrong: [] });
});

test('what is no address is named', () => {
  expect(parsePeople('maya\nMaya <maya@>\nb@x.example')).toEqual({
    people: [{ email: 'b@x.example' }],
    wrong: ['maya', 'Maya <maya@>'],
  });
});
