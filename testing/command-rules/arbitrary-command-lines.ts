import fc from 'fast-check';

const WORDS = [
  'git',
  'push',
  'a',
  '-x',
  'a=b',
  '"a b"',
  "'a b'",
  "it's",
  '""',
  "''",
  'a"b"c',
  '\'a\'"b"',
  '1',
  '$X',
  '"$X"',
  '~',
  '*',
  '{a,b}',
  '\\a',
  'a\\ b',
  '"\\n"',
  '"\\$"',
  '^',
  '=',
  '!',
  'a#b',
  '#',
  '$(true)',
  '`true`',
  '$((1))',
  "$'a'",
  '"!"',
  'é',
  '%',
  '[a]',
  '}',
  '\\\n',
  '<(true)',
];
const PROGRAMS = [
  'git',
  'git',
  'make',
  'Docker',
  'docker',
  '/usr/bin/git',
  './make',
  '/opt/tool',
  'bash',
  'true',
  'nothing',
  "'git'",
  'svn',
  '$X',
  'X=1',
  '!',
  'time',
  'env',
  'export',
  '[',
  '1',
  'say',
  '# c',
];
const JOINTS = [
  ' && ',
  ' || ',
  '; ',
  ' | ',
  '\n',
  '&&',
  ';',
  '|',
  ' & ',
  ' |& ',
  ';;',
  '\r\n',
  ' \\\n',
  '\n\n',
  '',
  ' # ',
];
const ENDS = [
  '',
  '',
  '',
  '',
  '',
  ';',
  '\n',
  ' &',
  ' > out',
  ' 2>&1',
  ' < /dev/null',
  ' <<E\nx\nE',
  ' <<< x',
  ' # c',
  ' &&',
  ' |',
  ' )',
  '  ',
];
const WRAPPERS: ((line: string) => string)[] = [
  (line) => line,
  (line) => line,
  (line) => line,
  (line) => line,
  (line) => line,
  (line) => line,
  (line) => line,
  (line) => line,
  (line) => `(${line})`,
  (line) => `{ ${line}; }`,
  (line) => `if true; then ${line}; fi`,
  (line) => `! ${line}`,
  (line) => `\n${line}\n`,
];

const common = fc.constantFrom('push', 'commit', 'push --force', 'up', '-c true', "'a b'", 'a');
const command = fc
  .tuple(
    fc.constantFrom(...PROGRAMS),
    fc.option(common, { freq: 3, nil: null }),
    fc.array(fc.constantFrom(...WORDS), { maxLength: 2 }),
  )
  .map(([program, second, rest]) => [program, ...(second === null ? [] : [second]), ...rest].join(' '));

/**
 * Command lines around what the client splits and what it does not. They name nothing that does harm when it runs: none
 * of the words is a program that changes anything outside the folder it runs in.
 */
export const arbitraryCommandLine: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.tuple(command, fc.constantFrom(...JOINTS)), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(...ENDS),
    fc.constantFrom(...WRAPPERS),
  )
  .map(([commands, end, wrap]) => {
    const joined = commands.map(([text, joint], at) => (at === commands.length - 1 ? text : text + joint)).join('');
    return wrap(joined + end);
  });
