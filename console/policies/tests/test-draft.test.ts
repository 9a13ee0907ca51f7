import { expect, test } from 'vitest';
import { sayTest } from './say-test.ts';
import { draftTest, emptyTest } from './test-draft.ts';

const setting = { ...emptyTest, kind: 'setting', key: ' allowed_web_search_modes ', value: ' "live" ' } as const;

test('a draft becomes a test, or says what is missing', () => {
  expect(draftTest({ ...emptyTest, command: ' git push ' })).toEqual({
    test: { kind: 'command', groupId: null, command: 'git push', expect: 'prompt' },
  });
  expect(draftTest(setting)).toEqual({
    test: { kind: 'setting', groupId: null, key: 'allowed_web_search_modes', expect: 'lacks', value: '"live"' },
  });
  expect(draftTest(emptyTest)).toHaveProperty('problem');
  expect(draftTest({ ...setting, key: '' })).toHaveProperty('problem');
  expect(draftTest({ ...setting, value: 'live' })).toHaveProperty('problem');
});

test('a test is a sentence before the server has named its group', () => {
  expect(sayTest({ kind: 'command', groupId: 'g', command: 'git push', expect: 'no-rule' })).toBe(
    'For somebody in the chosen group, “git push” meets no rule',
  );
});
