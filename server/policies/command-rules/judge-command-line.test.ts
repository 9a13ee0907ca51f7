import { describe, expect, test } from 'vitest';
import { judgeCommandLine } from './judge-command-line.ts';
import { parseRulesFile } from './parse-rules-file.ts';
import { openShellReader } from './split-shell-command.ts';

const { file } = parseRulesFile(
  'test.rules',
  `prefix_rule(["git", "push"], "forbidden", justification="No pushing")
prefix_rule(["make"], "prompt")
prefix_rule(["ls"])
`,
);
if (!file) throw new Error('the rules of this test are wrong');
const judge = (commandLine: string) => judgeCommandLine(file, commandLine);

describe('splitting', () => {
  test.each([
    ['a b && c | d; e || f\ng', [['a', 'b'], ['c'], ['d'], ['e'], ['f'], ['g']]],
    [`a "b c" 'd' e"f"'g' ""`, [['a', 'b c', 'd', 'efg', '']]],
    ['a \\\n b', [['a', 'b']]],
    ['a "b\\n"', [['a', 'b\\n']]],
  ])('%j', async (commandLine, commands) => {
    const reader = await openShellReader();
    expect(reader.split(commandLine)).toEqual({ commands, obstacle: null });
  });

  test.each([
    ['a > b', 'it redirects input or output'],
    ['a $X', 'it has a variable'],
    ['a "$X"', 'it has a variable'],
    ['a $(b)', 'it inserts the output of a command'],
    ['(a)', 'it runs commands in a subshell'],
    ['X=1 a', 'it sets a variable'],
    ['a &', 'it runs something in the background'],
    ['a *', '“*” stands outside quotes'],
    ["'a' b", 'the name of a command is not a plain word'],
    ['a # b', 'it has a comment'],
    ['a "b\\"c"', 'a string in double quotes has an escape'],
    ['a \'\'""', 'a word is made of empty strings'],
    ['a =b', 'a word starts with “=”'],
    ['a <<E\nE', 'it redirects input or output'],
    ['a &&', 'it is not complete'],
    ['', 'it has no command'],
  ])('%j is judged as a whole', async (commandLine, obstacle) => {
    const reader = await openShellReader();
    expect(reader.split(commandLine)).toEqual({ commands: null, obstacle });
  });
});

describe('a judgement', () => {
  test('is the strictest of its parts, with the rule that decides', async () => {
    expect(await judge('ls && git push origin')).toEqual({
      decision: 'forbidden',
      rule: {
        index: 0,
        file: { name: 'test.rules', line: 1 },
        justification: 'No pushing',
        matchedPrefix: ['git', 'push'],
      },
      parts: [
        { words: ['ls'], decision: 'allow', rule: expect.objectContaining({ index: 2 }) },
        { words: ['git', 'push', 'origin'], decision: 'forbidden', rule: expect.objectContaining({ index: 0 }) },
      ],
      isSplit: true,
      note: null,
      walkedAround: null,
    });
  });

  test('leaves what no rule decides to the approval policy', async () => {
    expect(await judge('cat a')).toMatchObject({
      decision: null,
      rule: null,
      note: expect.stringContaining('approval policy'),
    });
    expect(await judge('ls; cat a')).toMatchObject({ decision: null, note: expect.stringContaining('Not every part') });
    expect(await judge('ls; ls')).toMatchObject({ decision: 'allow', note: null });
  });

  test('says why a command line is judged as a whole', async () => {
    expect(await judge('git push > log')).toMatchObject({
      decision: null,
      isSplit: false,
      parts: [{ words: ['/bin/bash', '-lc', 'git push > log'] }],
      note: expect.stringContaining('because it redirects input or output'),
      walkedAround: '“git push” is in it, but the client does not look: it redirects input or output.',
    });
  });

  test.each([
    ['env A=1 git push', '“env” runs it'],
    ['sudo -u root git push', '“sudo” runs it'],
    ['echo x | xargs -n 1 git push', '“xargs” runs it'],
    ["sh -c 'true; git push'", 'it stands in a script that “sh” runs'],
    ["bash -lc 'env git push'", '“env” runs it'],
    ['eval git push', 'it stands in a script that “eval” runs'],
    ['git -C /tmp push', 'options stand before the words the rule names'],
  ])('%s walks around a rule', async (commandLine, how) => {
    const { decision, walkedAround } = await judge(commandLine);
    expect({ decision, walkedAround }).toEqual({ decision: null, walkedAround: expect.stringContaining(how) });
  });

  test.each(['git status', 'env', 'sudo ls', 'git push', 'sh -c true', 'echo git push'])(
    '%s does not',
    async (commandLine) => {
      expect((await judge(commandLine)).walkedAround).toBeNull();
    },
  );

  test('survives scripts within scripts', async () => {
    const nested = Array.from({ length: 6 }).reduce<string>((script) => `sh -c ${JSON.stringify(script)}`, 'git push');
    expect((await judge(nested)).decision).toBeNull();
  });
});
