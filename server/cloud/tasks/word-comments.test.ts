import { expect, test } from 'vitest';
import { titleOf } from './title-of.ts';
import { withoutComments, wordComments } from './word-comments.ts';

test.each([
  ['Fix the login', 'Fix the login'],
  ['\n\n  Fix   the\tlogin \nand more', 'Fix the login'],
  ['# Fix the login', 'Fix the login'],
  [`${'word '.repeat(30)}`, `${'word '.repeat(16).trim()}…`.slice(0, 80)],
  ['a'.repeat(200), `${'a'.repeat(80)}…`],
  [`${'a'.repeat(79)}😀😀`, `${'a'.repeat(79)}…`],
])('the title of %j', (prompt, title) => {
  expect(titleOf(prompt)).toBe(title);
  expect(titleOf(prompt).isWellFormed()).toBe(true);
});

test('a prompt without comments says nothing of them', () => {
  expect(wordComments([])).toBe('');
  expect(withoutComments('Go on', [])).toBe('Go on');
});

test('what the member wrote comes back, whatever it says', () => {
  const comments = [{ path: 'a', side: 'new' as const, line: 1, text: 'x' }];
  const written = `Go on${wordComments(comments)}`;
  expect(withoutComments(`${written}${wordComments(comments)}`, comments)).toBe(written);
});
