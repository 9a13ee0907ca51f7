import { describe, expect, test } from 'vitest';
import { parseRulesFile } from './parse-rules-file.ts';

const read = (text: string) => {
  const { file, problem } = parseRulesFile('default.rules', text);
  if (!file) throw new Error(`${problem.from.line}:${problem.from.column} ${problem.message}`);
  return file;
};
const problemOf = (text: string) => {
  const { problem } = parseRulesFile('default.rules', text);
  return problem && [problem.kind, problem.from.line, problem.from.column, problem.message];
};

test('reads the three functions, by position and by name', () => {
  const file = read(
    `# Rules of the team
prefix_rule(
    pattern = ["git", ["push", "commit"]],
    decision = "prompt",
    justification = "Ask first",
    match = ["git push origin 'a b'", ["git", "commit"]],
    not_match = ["git status"],
)
prefix_rule(["make"], "forbidden", [], [], "No", True)
network_rule(host = "API.corp.test:443", protocol = "https_connect", decision = "deny")
host_executable(name = "git", paths = ["/usr/bin/../bin/git"])
`,
  );
  expect(file.rules).toEqual([
    {
      index: 0,
      file: { name: 'default.rules', line: 2 },
      pattern: [['git'], ['push', 'commit']],
      decision: 'prompt',
      justification: 'Ask first',
      isCanonical: false,
    },
    {
      index: 1,
      file: { name: 'default.rules', line: 9 },
      pattern: [['make']],
      decision: 'forbidden',
      justification: 'No',
      isCanonical: true,
    },
  ]);
  expect(file.networkRules).toEqual([
    { host: 'api.corp.test', protocol: 'https', decision: 'forbidden', justification: null },
  ]);
  expect(file.hostExecutables).toEqual(new Map([['git', ['/usr/bin/git']]]));
});

test('allows when no decision is given, and takes an empty file', () => {
  expect(read('prefix_rule(["ls"])').rules[0]?.decision).toBe('allow');
  expect(read('').rules).toEqual([]);
});

test.each([
  ['"a\\n\\x41\\u00e9\\101\\q"', 'a\nAéA\\q'],
  ["'it\\'s'", "it's"],
  ['r"\\d"', '\\d'],
  ['r"a\\"b"', 'a"b'],
  ['"""a"b"""', 'a"b'],
  ['"a\\\nb"', 'ab'],
  ['("a")', 'a'],
  ['"😀"', '😀'],
  // The client drops the carriage return; what stands before it is an escaped backslash.
  ['"b\\\\\r"', 'b\\'],
])('the string %s', (literal, value) => {
  expect(read(`prefix_rule(["a", ${literal}])`).rules[0]?.pattern[1]).toEqual([value]);
});

describe('refuses what the client refuses, and says where', () => {
  test.each([
    ['prefix_rule(["a"], "deny")', 1, 20, 'There is no decision “deny”; there are allow, prompt and forbidden.'],
    ['\nprefix_rule(\n  [])', 3, 3, 'The pattern is empty.'],
    ['prefix_rule(["a", []])', 1, 19, 'The list of alternatives is empty.'],
    ['prefix_rule(["a", 1])', 1, 19, 'An entry of the pattern must be a string or a list of strings, not int.'],
    ['prefix_rule(("a",))', 1, 13, 'pattern must be a list, not tuple.'],
    ['prefix_rule(["a"], justification=" ")', 1, 34, 'The justification is blank; leave it out instead.'],
    [
      'prefix_rule(["a"], reason="b")',
      1,
      27,
      'prefix_rule has no argument reason; it has pattern, decision, match, not_match, justification, canonical_matching.',
    ],
    ['prefix_rule(["a"], pattern=["b"])', 1, 28, 'pattern is given twice.'],
    ['prefix_rule(decision="allow", decision="allow")', 1, 31, 'decision is given twice.'],
    ['prefix_rule(pattern=["a"], "allow")', 1, 28, 'Arguments without a name come first.'],
    ['prefix_rule()', 1, 1, 'prefix_rule needs pattern.'],
    [
      'prefix_rules(["a"])',
      1,
      1,
      'There is no function prefix_rules; there are prefix_rule, network_rule, host_executable.',
    ],
    ['prefix_rule(["a" "b"])', 1, 14, 'Two strings side by side: the client wants one, or a comma between them.'],
    ['prefix_rule(["a\\x4"])', 1, 16, '“\\x4” is no character.'],
    ['prefix_rule(["a"],,)', 1, 19, '“,” does not belong here: the client cannot read the file.'],
    ['prefix_rule(["a"]', 1, 18, 'Something is missing here: the client cannot read the file.'],
    ['  prefix_rule(["a"])', 1, 1, 'A statement starts at the beginning of its line.'],
    ['prefix_rule(\n\t["a"])', 2, 1, 'The client takes no tabs here; use spaces.'],
    ['prefix_rule(["a"], match=["b"])', 1, 27, 'The rule does not match this example.'],
    [
      'prefix_rule(["a"], not_match=["c", "a b"])',
      1,
      36,
      'The rule matches this example, and not_match says that it does not.',
    ],
    ['prefix_rule(["a"], match=["a \'b"])', 1, 27, 'The example has a quote without an end.'],
    ['network_rule("*.b", "http", "allow")', 1, 14, 'A host is one host; wildcards are not allowed here.'],
    [
      'network_rule("b", "ftp", "allow")',
      1,
      19,
      'There is no protocol “ftp”; there are http, https, socks5_tcp and socks5_udp.',
    ],
    ['host_executable("git", ["git"])', 1, 25, 'The path must be absolute.'],
    ['host_executable("git", ["/usr/bin/hg"])', 1, 25, 'The path must end in git.'],
    ['host_executable("a/b", [])', 1, 17, 'The name is the bare name of a program, without a path.'],
  ])('%j', (text, line, column, message) => {
    expect(problemOf(text)).toEqual(['refused', line, column, message]);
  });

  test('an example of a listed program by another path', () => {
    const list = 'host_executable("a", ["/y/a"])';
    expect(problemOf(`prefix_rule(["a"], match=["/x/a"])\n${list}`)).toEqual([
      'refused',
      1,
      27,
      'The rule does not match this example.',
    ]);
    expect(problemOf(`prefix_rule(["a"], match=["/y/a"])\n${list}`)).toBeNull();
  });
});

test.each([
  'x = ["git"]',
  'def f():\n    prefix_rule(["git"])\nf()',
  'for x in ["a"]:\n    prefix_rule([x])',
  '[prefix_rule([x]) for x in ["a"]]',
  'prefix_rule(["g" + "it"])',
  'prefix_rule([f"git"])',
  'prefix_rule(*[["git"]])',
  'prefix_rule([x])',
  'len(["a"])',
  'prefix_rule(["a"], # why\rjustification="b",\n)',
  'prefix_rule(["a"]) # why\r',
])('never guesses what the client would compute: %j', (text) => {
  const { file, problem } = parseRulesFile('default.rules', text);
  expect({ file, kind: problem?.kind }).toEqual({ file: null, kind: 'not-understood' });
});
