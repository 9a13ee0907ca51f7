import { describe, expect, test } from 'vitest';
import { decidingMatch, evaluateArgv, executionPolicyJson } from './evaluate-command.ts';
import { foldWord } from './fold-word.ts';
import { parseRulesFile } from './parse-rules-file.ts';
import { mergeRuleSets } from './rule-set.ts';
import { prefixRulesOf, ruleSetOfRequirements } from './rule-set-of-requirements.ts';
import { splitWords } from './split-words.ts';

const rulesOf = (text: string) => {
  const { file, problem } = parseRulesFile('test.rules', text);
  if (!file) throw new Error(problem.message);
  return file;
};
const byName = { resolveHostExecutables: true, place: { workingDirectory: '/home/ada/project', home: '/home/ada' } };
const asWritten = { resolveHostExecutables: false };

describe('a command and rules', () => {
  const ruleSet = rulesOf(`
prefix_rule(["git", ["push", "commit"]], "prompt", justification="Ask")
prefix_rule(["git", "push", "--force"], "forbidden")
prefix_rule(["git"])
`);

  test('the strictest of all that match wins, in the JSON of the client', () => {
    expect(executionPolicyJson(evaluateArgv(ruleSet, ['git', 'push', '--force', 'x'], asWritten))).toEqual({
      matchedRules: [
        { prefixRuleMatch: { matchedPrefix: ['git', 'push'], decision: 'prompt', justification: 'Ask' } },
        { prefixRuleMatch: { matchedPrefix: ['git', 'push', '--force'], decision: 'forbidden' } },
        { prefixRuleMatch: { matchedPrefix: ['git'], decision: 'allow' } },
      ],
      decision: 'forbidden',
    });
    expect(executionPolicyJson(evaluateArgv(ruleSet, ['svn'], asWritten))).toEqual({ matchedRules: [] });
  });

  test('says which rule decides', () => {
    const match = decidingMatch(evaluateArgv(ruleSet, ['git', 'push'], asWritten));
    expect(match?.rule).toMatchObject({ index: 0, file: { name: 'test.rules', line: 2 } });
    expect(decidingMatch(evaluateArgv(ruleSet, ['svn'], asWritten))).toBeNull();
  });

  test.each(['/usr/bin/git', './git', '~/bin/git', '/opt/../usr/bin/git'])(
    '%s counts as git only by name',
    (program) => {
      expect(evaluateArgv(ruleSet, [program, 'push'], asWritten).decision).toBeNull();
      expect(evaluateArgv(ruleSet, [program, 'push'], byName).decision).toBe('prompt');
    },
  );

  test('a relative program is resolved where the command runs', () => {
    const [match] = evaluateArgv(ruleSet, ['./git', 'push'], byName).matches;
    expect(match).toMatchObject({ matchedPrefix: ['git', 'push'], resolvedProgram: '/home/ada/project/git' });
  });
});

test('a rule for the path as written takes the place of those for the name', () => {
  const ruleSet = rulesOf('prefix_rule(["ls"], "forbidden")\nprefix_rule(["/bin/ls"], "allow")');
  expect(evaluateArgv(ruleSet, ['/bin/ls'], byName).decision).toBe('allow');
  expect(evaluateArgv(ruleSet, ['/usr/bin/ls'], byName).decision).toBe('forbidden');
});

test('host_executable limits the paths that count for a name, not the name itself', () => {
  const ruleSet = rulesOf('prefix_rule(["git"], "forbidden")\nhost_executable("git", ["/usr/bin/git"])');
  expect(evaluateArgv(ruleSet, ['/usr/bin/git'], byName).decision).toBe('forbidden');
  expect(evaluateArgv(ruleSet, ['/opt/git'], byName).decision).toBeNull();
  expect(evaluateArgv(ruleSet, ['git'], byName).decision).toBe('forbidden');
});

test('canonical_matching ignores case and composition in every word', () => {
  const ruleSet = rulesOf('prefix_rule(["git", "straße", "é"], "forbidden", canonical_matching=True)');
  expect(evaluateArgv(ruleSet, ['GIT', 'STRASSE', 'E\u0301'], asWritten).decision).toBe('forbidden');
  expect(foldWord('İ')).not.toBe(foldWord('i'));
  expect(foldWord('ı')).not.toBe(foldWord('i'));
});

describe('prefix_rules of requirements', () => {
  const values = {
    rules: {
      prefix_rules: [
        { pattern: [{ token: 'git' }, { any_of: ['push', 'commit'] }], decision: 'prompt-user', justification: 'Ask' },
        { pattern: [{ token: 'rm' }], decision: 'allow' },
        { pattern: [{ token: 'rm' }], decision: 'forbidden', canonical_matching: true },
      ],
    },
  };

  test('keep their positions; what the client refuses is left out', () => {
    expect(ruleSetOfRequirements(values).rules.map(({ index, decision }) => [index, decision])).toEqual([
      [0, 'prompt-user'],
      [2, 'forbidden'],
    ]);
    expect(prefixRulesOf(values)[1]).toBeNull();
    expect(ruleSetOfRequirements({}).rules).toEqual([]);
    expect(ruleSetOfRequirements({ rules: { prefix_rules: 'all' } }).rules).toEqual([]);
  });

  test('come after rules files', () => {
    const merged = mergeRuleSets(
      rulesOf('prefix_rule(["rm"], "forbidden", justification="Mine")'),
      ruleSetOfRequirements(values),
    );
    expect(decidingMatch(evaluateArgv(merged, ['rm'], asWritten))?.rule.index).toBe(2);
  });
});

test.each([
  ['a  b\tc\nd', ['a', 'b', 'c', 'd']],
  [`a'b c'"d e"`, ['ab cd e']],
  ['"a\\"b\\c\\$"', ['a"b\\c$']],
  ['a\\ b', ['a b']],
  ['a # b', ['a']],
  ['a#b', ['a#b']],
  [`'' ""`, ['', '']],
  ['# only', []],
  ["a 'b", null],
  ['a "b', null],
  ['a\\', null],
])('the example %j as words', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});
