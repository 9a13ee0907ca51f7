import { expect, test } from 'vitest';
import { fieldsOf } from './payload-fields.ts';

test('only what differs between before and after is shown', () => {
  const payload = { before: { name: 'A', on: true, gone: 1 }, after: { name: 'B', on: true, fresh: ['x'] } };
  expect(fieldsOf(payload)).toEqual([
    { field: 'name', before: 'A', after: 'B' },
    { field: 'gone', before: '1', after: null },
    { field: 'fresh', before: null, after: '[\n  "x"\n]' },
  ]);
});

test('other payloads are shown as they are', () => {
  expect(fieldsOf({ method: 'password' })).toEqual([{ field: 'method', before: null, after: 'password' }]);
});
