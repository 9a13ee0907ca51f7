import { describe, expect, test } from 'vitest';
import { findShadowedRules, type PrefixRule } from './find-shadowed-rules.ts';

type Decision = PrefixRule['decision'];
/** `git push|commit` → [['git'], ['push', 'commit']] */
const rule = (words: string, decision: Decision = 'forbidden', justification?: string): PrefixRule => ({
  pattern: words.split(' ').map((word) => word.split('|')),
  decision,
  justification,
});
const of = (...pattern: string[][]): PrefixRule => ({ pattern, decision: 'forbidden' });
const kinds = (...rules: PrefixRule[]) =>
  findShadowedRules(rules).map(({ kind, ruleIndex, otherIndex }) =>
    otherIndex === undefined ? `${ruleIndex} ${kind}` : `${ruleIndex} ${kind} by ${otherIndex}`,
  );

describe('a rule that matches nothing', () => {
  test.each(['git push', 'a&b', "'git'", 'rm*', 'a\\b', '~/x', 'if', 'export', '[', '12', 'FOO=1', '$X'])(
    '%s',
    (word) => {
      expect(kinds(of([word]))).toEqual(['0 never-matches']);
    },
  );

  test.each(['git-lfs', './deploy', 'a,b', '%x', '.', '!x', 'é', '-', '12a'])('%s can match', (word) => {
    expect(kinds(of([word])).filter((kind) => kind !== '0 walked-around')).toEqual([]);
  });

  test('one alternative that can match is enough', () => {
    expect(kinds(of(['git push', 'make']))).toEqual([]);
  });

  test('says what to do', () => {
    expect(findShadowedRules([of(['git push'])])[0]?.message).toBe(
      'No command line matches: the name of a command cannot be “git push”, because it contains a space. Give each word an entry of its own.',
    );
  });

  test.each(['a b', '*', '&&', '$X', '>', '~'])('a later word %s needs quotes', (word) => {
    expect(kinds(of(['make'], [word]))).toEqual(['0 needs-quotes']);
  });
});

describe('a rule that another makes pointless', () => {
  test('the same or a broader one that is as strict', () => {
    expect(kinds(rule('make'), rule('make'))).toEqual(['1 duplicate by 0']);
    expect(kinds(rule('make'), rule('make all'))).toEqual(['1 covered by 0']);
    expect(kinds(rule('make all|clean'), rule('make clean'))).toEqual(['1 covered by 0']);
    expect(kinds(rule('make all', 'prompt'), rule('make'))).toEqual(['0 covered by 1']);
  });

  test('not a narrower or a more lenient one', () => {
    expect(kinds(rule('make all'), rule('make', 'prompt'))).toEqual([]);
    expect(kinds(rule('make', 'prompt'), rule('make all'))).toEqual([]);
    expect(kinds(rule('make all'), rule('make all|clean'))).toEqual(['0 covered by 1']);
  });

  test('a reason of its own is a point, unless a later rule of the same words gives its own', () => {
    expect(kinds(rule('make', 'forbidden', 'a'), rule('make all', 'forbidden', 'b'))).toEqual([]);
    expect(kinds(rule('make', 'forbidden', 'a'), rule('make', 'forbidden', 'b'))).toEqual(['0 duplicate by 1']);
  });

  test('who is asked is a difference', () => {
    expect(kinds(rule('make', 'prompt'), rule('make', 'prompt-user'))).toEqual([]);
  });

  test('a rule that ignores case covers one that does not, not the reverse', () => {
    const canonical = { ...rule('Make'), isCanonical: true };
    expect(kinds(canonical, rule('make all'))).toEqual(['1 covered by 0']);
    expect(kinds(rule('make'), { ...rule('make all'), isCanonical: true })).toEqual([]);
  });

  test('a path rule takes the place of a stricter rule for the name', () => {
    expect(kinds(rule('make'), rule('/usr/bin/make', 'prompt'))).toEqual([
      '1 weakened-by-path by 0',
      '1 walked-around',
    ]);
    expect(kinds(rule('make'), rule('/usr/bin/make'))).toEqual(['1 walked-around']);
  });
});

describe('a rule that does more or less than it seems', () => {
  test.each(['bash', '/bin/bash', 'zsh -lc', 'sh'])('%s applies to lines that are not split', (words) => {
    expect(kinds(rule(words))).toEqual(['0 catches-whole-lines']);
  });

  test('a rule for one script does not', () => {
    expect(kinds(rule('bash deploy.sh'))).toEqual([]);
  });

  test.each([
    ['git push', 'git -C . push'],
    ['rm -rf /', 'rm -r -f /'],
    ['npm publish', 'npm --silent publish'],
  ])('%s is walked around by %s', (words, other) => {
    expect(findShadowedRules([rule(words)])).toEqual([
      { kind: 'walked-around', ruleIndex: 0, message: expect.stringContaining(`“${other}” does not`) },
    ]);
  });

  test('nothing is said of a rule that allows', () => {
    expect(kinds(rule('git push', 'allow'))).toEqual([]);
  });
});
