import fc from 'fast-check';

/** Few words, so that rules and commands meet often; among them what is easily got wrong. */
const WORDS = [
  'git',
  'push',
  'a',
  'b',
  'Git',
  'PUSH',
  '-C',
  '',
  ' ',
  'a b',
  "it's",
  'q"q',
  'b\\',
  'é',
  'e\u0301',
  'ß',
  'SS',
  'ſ',
  '😀',
  '$X',
  '#',
  '~',
  '.',
  '..',
];
const PROGRAMS = [
  'git',
  'a',
  'GIT',
  'é',
  '/usr/bin/git',
  '/opt/a',
  './git',
  'bin/a',
  '~/git',
  '/usr/bin/../bin/git',
  '/opt//a/',
  '//usr/bin/GIT',
  '',
];

const word = fc
  .oneof(
    { weight: 9, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
  )
  .filter((text) => !text.includes('\0'));
const program = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('git', 'a') },
  { weight: 3, arbitrary: fc.constantFrom(...PROGRAMS) },
  { weight: 1, arbitrary: word },
);

const escapeFor = (text: string, quote: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote[0] ?? '', `\\${quote[0]}`)
    .replaceAll('\n', quote.length === 3 ? '\n' : '\\n')
    .replaceAll('\r', '\\r');
const escapeAll = (text: string): string =>
  [...text].map((character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`).join('');

/** The word as a literal, in one of the ways the language has. */
function literal(text: string, style: number): string {
  const quote = ['"', "'", '"""', "'''"][style % 4] ?? '"';
  if (style === 4) return `"${escapeAll(text)}"`;
  if (style === 5 && !/["\\\n\r]/.test(text)) return `r"${text}"`;
  if (style === 6) return `("${escapeFor(text, '"')}")`;
  return `${quote}${escapeFor(text, quote)}${quote}`;
}
const style = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat(7) });
const literalOf = (text: fc.Arbitrary<string>) => fc.tuple(text, style).map(([value, how]) => literal(value, how));
const written = (items: readonly string[]) => `[${items.join(', ')}]`;

const quoteForShell = (words: readonly string[]) =>
  words.map((each) => (/^[\w./-]+$/.test(each) ? each : `'${each.replaceAll("'", `'\\''`)}'`)).join(' ');

interface Pattern {
  alternatives: string[][];
  source: string;
}
const pattern: fc.Arbitrary<Pattern> = fc
  .tuple(
    fc.array(program, { minLength: 1, maxLength: 2 }),
    fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
    fc.boolean(),
    style,
  )
  .map(([first, rest, isFlat, how]) => {
    const alternatives = [first, ...rest];
    const entries = alternatives.map((words) =>
      isFlat && words.length === 1 ? literal(words[0] ?? '', how) : written(words.map((each) => literal(each, how))),
    );
    return { alternatives, source: written(entries) };
  });

const argvFor = ({ alternatives }: Pattern): fc.Arbitrary<string[]> =>
  fc
    .tuple(fc.tuple(...alternatives.map((words) => fc.constantFrom(...words))), fc.array(word, { maxLength: 2 }))
    .map(([start, more]) => [...start, ...more]);

const example = (argv: fc.Arbitrary<string[]>): fc.Arbitrary<string> =>
  fc.tuple(argv, fc.nat(9), style).map(([words, how, inner]) => {
    if (how < 4) return written(words.map((each) => literal(each, inner)));
    if (how === 9) return literal(`${words.join(' ')} 'x" y\\ z"'`, inner);
    return literal(how === 8 ? words.join('  ') : quoteForShell(words), inner);
  });

const decision = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('"allow"', '"prompt"', '"forbidden"') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '"deny"',
      '"Allow"',
      'None',
      '""',
      'allow',
      '["prompt"]',
      '("prompt")',
      '"prompt-user"',
      '1',
    ),
  },
);
const justification = fc.oneof(
  { weight: 20, arbitrary: literalOf(word.filter((text) => text.trim() !== '')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('""', '" "', '"\\u00a0"', '"\\u200b"', 'None', '"a" "b"', '"\\q"', '"\\x4"'),
  },
);
const flag = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('True', 'False') },
  { weight: 1, arbitrary: fc.constantFrom('true', '1', 'None', '"True"') },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>, weight = 1) => fc.option(arbitrary, { freq: weight, nil: undefined });

interface Statement {
  source: string;
  pattern: Pattern | null;
}

const prefixRule: fc.Arbitrary<Statement> = pattern.chain((own) => {
  const examples = (argv: fc.Arbitrary<string[]>) => fc.array(example(argv), { maxLength: 2 }).map(written);
  return fc
    .record({
      decision: optional(decision, 4),
      match: optional(
        examples(
          fc.oneof({ weight: 12, arbitrary: argvFor(own) }, { weight: 1, arbitrary: fc.array(word, { maxLength: 3 }) }),
        ),
      ),
      not_match: optional(
        examples(
          fc.oneof(
            { weight: 12, arbitrary: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => ['zz', ...words]) },
            { weight: 1, arbitrary: argvFor(own) },
          ),
        ),
      ),
      justification: optional(justification, 2),
      canonical_matching: optional(flag),
    })
    .chain((values) => {
      const named = Object.entries(values).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${value}`],
      );
      const positional =
        values.decision === undefined || values.match === undefined ? [] : [own.source, values.decision, values.match];
      const rest = positional.length > 0 ? named.filter((each) => !/^(decision|match)=/.test(each)) : named;
      return fc.tuple(fc.nat(9), fc.shuffledSubarray(named, { minLength: named.length })).map(([how, shuffled]) => {
        const parts =
          how === 0 && positional.length > 0
            ? [...positional, ...rest]
            : how < 3
              ? [own.source, ...shuffled]
              : [`pattern=${own.source}`, ...shuffled];
        const separator = how === 4 ? ',\n    ' : how === 5 ? ' , # note\n' : ', ';
        return { source: `prefix_rule(${parts.join(separator)}${how === 4 ? ',\n' : ''})`, pattern: own };
      });
    });
});

const hostExecutable: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.constantFrom('git', 'a', 'GIT', 'é'),
    fc.array(fc.constantFrom('/usr/bin/', '/opt/', '/opt/../usr/bin//', '/'), { maxLength: 2 }),
    fc.nat(30),
  )
  .map(([name, folders, how]) => {
    const bad: Record<number, string> = { 0: '"git"', 1: '"~/git"', 2: '"/usr/bin/svn"', 3: '1', 4: '"/"' };
    const paths = [
      ...folders.map((folder) => literal(`${folder}${name}`, 0)),
      ...(bad[how] === undefined ? [] : [bad[how]]),
    ];
    const written_ = how === 5 ? `(${paths.join(', ')},)` : written(paths);
    return {
      source:
        how % 2 === 0
          ? `host_executable(name="${name}", paths=${written_})`
          : `host_executable("${name}", ${written_})`,
      pattern: null,
    };
  });

const networkRule: fc.Arbitrary<Statement> = fc
  .tuple(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom('api.corp.test', 'API.corp.test.', '10.0.0.1:443', '[::1]:80', '::1', ' a '),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('', '*.corp.test', 'https://a', 'a b', '[::1', '[::1]x', '...', 'a:b', 'a\u00a0b'),
      },
    ),
    fc.oneof(
      {
        weight: 12,
        arbitrary: fc.constantFrom('http', 'https', 'https_connect', 'http-connect', 'socks5_tcp', 'socks5_udp'),
      },
      { weight: 1, arbitrary: fc.constantFrom('ftp', 'HTTP', 'toString') },
    ),
    fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('allow', 'prompt', 'forbidden', 'deny') },
      { weight: 1, arbitrary: fc.constant('block') },
    ),
  )
  .map(([host, protocol, chosen]) => ({
    source: `network_rule(host=${literal(host, 0)}, protocol="${protocol}", decision="${chosen}")`,
    pattern: null,
  }));

const noise: fc.Arbitrary<Statement> = fc
  .constantFrom(
    '# a comment',
    '',
    '   ',
    '\t',
    '"""a note"""',
    'pass',
    'pass;',
    '  # indented',
    '# tab\t# é',
    '("x")',
    '["x", []]',
    '\t# c',
  )
  .map((source) => ({ source, pattern: null }));

/** Fine for the client, deliberately not run by us; or wrong in ways a parser may miss. */
const odd: fc.Arbitrary<Statement> = fc
  .constantFrom(
    'x = ["git"]',
    'def f():\n    prefix_rule(["git"])\nf()',
    'for x in ["git"]:\n    prefix_rule([x])',
    '[prefix_rule([x]) for x in ["git"]]',
    'prefix_rule(["g" + "it"])',
    'prefix_rule(["%s" % "git"])',
    'prefix_rule([f"git"])',
    'prefix_rule(*[["git"]])',
    'prefix_rule(**{"pattern": ["git"]})',
    'prefix_rule("git".split(" "))',
    'prefix_rule = print',
    'load("x", "y")',
    'x(["git"])',
    '  prefix_rule(["git"])',
    '\tprefix_rule(["git"])',
    'prefix_rule\t(["git"])',
    'prefix_rule(["git"]) prefix_rule(["a"])',
    'prefix_rule(["git"],,)',
    'prefix_rule(["git"])(1)',
    'prefix_rule((["git"]))',
    'prefix_rule(("git",))',
    'prefix_rule([])',
    'prefix_rule([[]])',
    'prefix_rule(["git", ["a", 1]])',
    'prefix_rule(["git"], pattern=["a"])',
    'prefix_rule(["git"], x=1)',
    'prefix_rule(pattern=["git"], "allow")',
    'prefix_rule(["git"], "allow", [], [], "j", True)',
    'prefix_rule(["git"], "allow", [], [], "j", True, 1)',
    'prefix_rule(["git"]);prefix_rule(["a"]) ;',
    'prefix_rule(["git"]);;',
    'prefix_rule(\\\n["git"])',
    'prefix_rule([R"git"])',
    'prefix_rule([b"git"])',
    'prefix_rule([u"git"])',
    'prefix_rule(["git"], match="git")',
    'prefix_rule(["git"], match=["git #"])',
    'prefix_rule(["git"], match=["#"])',
    'prefix_rule(["git"], match=[[]])',
    'prefix_rule(["git"], match=[None])',
    'if True:\n  prefix_rule(["git"])',
    'len(["git"])',
    'prefix_rule',
    'prefix_rule(["git"]) if True else 1',
    'prefix_rule(["git"\n])\n',
    '\u00a0',
    'é = 1',
    'prefix_rule(["git"]\t)',
    'prefix_rule(["\\400"])',
    'prefix_rule(["\\08"])',
    'prefix_rule([r"\\""])',
    'prefix_rule(["a\\\nb"])',
  )
  .map((source) => ({ source, pattern: null }));

const NASTY = [
  '"',
  "'",
  '\\',
  '\n',
  '[',
  ']',
  '(',
  ')',
  ',',
  '=',
  '#',
  ' ',
  '\t',
  '\r',
  ';',
  '+',
  '.',
  'r',
  '0',
  '\u00a0',
  '\ufeff',
  'é',
  '"""',
  '\\\n',
  '*',
  ':',
];
interface Slip {
  at: number;
  length: number;
  instead: string;
}
const slip: fc.Arbitrary<Slip> = fc.record({
  at: fc.nat(),
  length: fc.nat(2),
  instead: fc.oneof(fc.constant(''), fc.constantFrom(...NASTY)),
});
function withSlip(text: string, { at, length, instead }: Slip): string {
  const points = [...text];
  const start = points.length === 0 ? 0 : at % points.length;
  return [...points.slice(0, start), instead, ...points.slice(start + length)].join('');
}

export interface RulesCase {
  text: string;
  commands: string[][];
}

/** A rules file, now and then with a slip in it, and commands that are close to its rules. */
export function arbitraryRulesCase(commandCount: number): fc.Arbitrary<RulesCase> {
  const statement = fc.oneof(
    { weight: 30, arbitrary: prefixRule },
    { weight: 5, arbitrary: hostExecutable },
    { weight: 3, arbitrary: networkRule },
    { weight: 4, arbitrary: noise },
    { weight: 1, arbitrary: odd },
  );
  return fc
    .tuple(
      fc.array(statement, { minLength: 1, maxLength: 7 }),
      fc.constantFrom('\n', '\n', '\n', '\r\n'),
      fc.nat(7),
      slip,
    )
    .chain(([statements, newline, how, mistake]) => {
      const whole = `${statements.map(({ source }) => source).join('\n')}\n`.replaceAll('\n', newline);
      const text = how === 0 ? withSlip(whole, mistake) : whole;
      const patterns = statements.flatMap((each) => (each.pattern === null ? [] : [each.pattern]));
      const near =
        patterns.length === 0
          ? fc.array(word, { minLength: 1, maxLength: 3 })
          : fc.constantFrom(...patterns).chain(argvFor);
      const renamed = fc.tuple(program, near).map(([first, argv]) => [first, ...argv.slice(1)]);
      const recased = near.map((argv) => argv.map((each) => each.toUpperCase()));
      const cut = fc.tuple(near, fc.nat(2)).map(([argv, left]) => argv.slice(0, Math.max(1, argv.length - left)));
      const argv = fc.oneof(
        { weight: 4, arbitrary: near },
        { weight: 3, arbitrary: renamed },
        recased,
        cut,
        fc.array(word, { minLength: 1, maxLength: 3 }),
      );
      return fc
        .array(argv, { minLength: commandCount, maxLength: commandCount })
        .map((commands) => ({ text, commands }));
    });
}

export interface PrefixRulesCase {
  /** As they stand in requirements. */
  prefixRules: object[];
  /** The same rules as a rules file; it knows no `prompt-user`. */
  sameAsFile: string;
  commands: string[][];
}

interface PrefixRule {
  alternatives: string[][];
  decision: string;
  justification: string | undefined;
  isCanonical: boolean;
}

function asEntry({ alternatives, decision: chosen, justification: reason, isCanonical }: PrefixRule): object {
  return {
    pattern: alternatives.map((words) => (words.length === 1 ? { token: words[0] } : { any_of: words })),
    decision: chosen,
    ...(reason === undefined ? {} : { justification: reason }),
    ...(isCanonical ? { canonical_matching: true } : {}),
  };
}

function asCall({ alternatives, decision: chosen, justification: reason, isCanonical }: PrefixRule): string {
  const options = [
    `decision="${chosen === 'prompt-user' ? 'prompt' : chosen}"`,
    ...(reason === undefined ? [] : [`justification=${literal(reason, 4)}`]),
    ...(isCanonical ? ['canonical_matching=True'] : []),
  ];
  const entries = alternatives.map((words) => written(words.map((each) => literal(each, 4))));
  return `prefix_rule(${written(entries)}, ${options.join(', ')})\n`;
}

/** `prefix_rules` the client accepts, and commands that are close to them. */
export function arbitraryPrefixRulesCase(commandCount: number): fc.Arbitrary<PrefixRulesCase> {
  const isWritten = (text: string) => text.trim() !== '';
  const rule: fc.Arbitrary<PrefixRule> = fc.record({
    alternatives: fc
      .tuple(
        fc.array(program.filter(isWritten), { minLength: 1, maxLength: 2 }),
        fc.array(fc.array(word.filter(isWritten), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
      )
      .map(([first, rest]) => [first, ...rest]),
    decision: fc.constantFrom('prompt', 'prompt-user', 'forbidden'),
    justification: fc.option(word.filter(isWritten), { nil: undefined }),
    isCanonical: fc.boolean(),
  });
  return fc.array(rule, { minLength: 1, maxLength: 6 }).chain((rules) => {
    const near = fc.constantFrom(...rules).chain(({ alternatives }) => argvFor({ alternatives, source: '' }));
    const renamed = fc.tuple(program, near).map(([first, argv]) => [first, ...argv.slice(1)]);
    const recased = near.map((argv) => argv.map((each) => each.toUpperCase()));
    const argv = fc.oneof({ weight: 3, arbitrary: near }, { weight: 2, arbitrary: renamed }, recased);
    return fc.array(argv, { minLength: commandCount, maxLength: commandCount }).map((commands) => ({
      prefixRules: rules.map(asEntry),
      sameAsFile: rules.map(asCall).join(''),
      commands,
    }));
  });
}
