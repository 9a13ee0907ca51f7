import { describe, expect, test } from 'vitest';
import { editToml, type TomlEdit } from './edit-toml.ts';

const set = (text: string, path: string, value?: unknown): string => editToml(text, [{ path: path.split('.'), value }]);

const document = `# Engineers may work in their folder.

allowed_sandbox_modes = ["read-only"] # the narrowest
allowed_web_search_modes = [
  # nothing live
  "cached", # from the index
]

# What is off.
[features]
memories = false   # for now
'odd key' = 'kept'

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }], decision = "prompt" }, # ask
  { pattern = [{ token = "rm" }], decision = "forbidden" },
]
`;

describe('the Form and the text are one document', () => {
  const cases: [name: string, path: string, value: unknown, expected: [before: string, after: string]][] = [
    ['a value is replaced where it stands', 'features.memories', true, ['memories = false', 'memories = true']],
    [
      'an item comes behind the others, on a line of its own',
      'allowed_web_search_modes',
      ['cached', 'disabled'],
      ['  "cached", # from the index\n', '  "cached", # from the index\n  "disabled",\n'],
    ],
    [
      'an item goes with its line',
      'rules.prefix_rules.0',
      undefined,
      ['  { pattern = [{ token = "git" }], decision = "prompt" }, # ask\n', ''],
    ],
    [
      'a list that misses one item loses that item only',
      'rules.prefix_rules',
      [{ pattern: [{ token: 'rm' }], decision: 'forbidden' }],
      ['  { pattern = [{ token = "git" }], decision = "prompt" }, # ask\n', ''],
    ],
    ['a key inside of an item', 'rules.prefix_rules.1.decision', 'prompt', ['"forbidden"', '"prompt"']],
    [
      'a new key of an inline table',
      'rules.prefix_rules.1.justification',
      'Not here.',
      ['decision = "forbidden" }', 'decision = "forbidden", justification = "Not here." }'],
    ],
    [
      'a key at the top comes before the first table',
      'allow_remote_control',
      false,
      ['  "cached", # from the index\n]\n', '  "cached", # from the index\n]\nallow_remote_control = false\n'],
    ],
    [
      'a key in a table comes behind its others',
      'features.goals',
      true,
      ["'odd key' = 'kept'\n", "'odd key' = 'kept'\ngoals = true\n"],
    ],
    ['a key goes with its line and remark', 'features.memories', undefined, ['memories = false   # for now\n', '']],
    [
      'a table that is not there yet comes at the end',
      'feedback.enabled',
      false,
      [']\n$', ']\n\n[feedback]\nenabled = false\n'],
    ],
  ];
  test.each(cases)('%s', (_name, path, value, [before, after]) => {
    const expected = before.endsWith('$') ? document.replace(/\]\n$/, after) : document.replace(before, after);
    expect(expected).not.toBe(document);
    expect(set(document, path, value)).toBe(expected);
  });
});

test('a new table comes behind what belongs to it', () => {
  const servers = '[mcp_servers.docs]\ncommand = "docs"\n\n# Switches\n[features]\na = true\n';
  expect(set(servers, 'mcp_servers.files', { identity: { command: 'files' } })).toBe(
    '[mcp_servers.docs]\ncommand = "docs"\n\n[mcp_servers.files]\nidentity = { command = "files" }\n\n# Switches\n[features]\na = true\n',
  );
});

test('a table that loses its last key stays: an empty one can mean that nothing is allowed', () => {
  expect(set('[mcp_servers.docs]\ncommand = "docs"\n', 'mcp_servers.docs')).toBe('[mcp_servers]\n');
  expect(set('mcp_servers.docs.command = "docs"\n', 'mcp_servers.docs')).toBe('[mcp_servers]\n');
  expect(set('[[rules]]\na = 1\n', 'rules.0')).toBe('rules = []\n');
  expect(set('[mcp_servers]\n[mcp_servers.docs]\na = 1\n', 'mcp_servers')).toBe('');
});

test('tables in a list are added to and taken out', () => {
  const list = '[[hooks]]\na = 1\n[hooks.sub]\nb = 2 # kept\n\n[[hooks]]\na = 3\n';
  expect(set(list, 'hooks.2', { a: 5 })).toBe(`${list}\n[[hooks]]\na = 5\n`);
  expect(set(list, 'hooks.0')).toBe('\n[[hooks]]\na = 3\n');
  expect(set(list, 'hooks.0.sub.c', 1)).toBe(list.replace('# kept\n', '# kept\nc = 1\n'));
});

test('dates and numbers that JSON does not know stay as they are written', () => {
  const odd = 'when = 2026-01-01\nhow_much = 0x_ff\nbig = 9223372036854775807\nnope = nan\n'.replace('0x_ff', '0xff');
  expect(set(odd, 'new', 1)).toBe(`${odd}new = 1\n`);
  expect(set(odd, 'when', '2026-01-01')).toBe(odd.replace('2026-01-01', '"2026-01-01"'));
});

test('several edits are made one after the other', () => {
  const edits: TomlEdit[] = [
    { path: ['a'], value: 1 },
    { path: ['a'], value: 2 },
    { path: ['b', 'c'], value: 'x' },
    { path: ['a'] },
  ];
  expect(editToml('', edits)).toBe('\n[b]\nc = "x"\n');
});

describe('what cannot be meant is refused', () => {
  const cases: [name: string, text: string, path: string, value: unknown][] = [
    ['a document that is not TOML', 'a = ', 'b', 1],
    ['a key inside of a text', 'a = "x"', 'a.b', 1],
    ['a word as a position', 'a = [1]', 'a.first', 1],
    ['a position beyond the end', 'a = [1]', 'a.2', 1],
    ['null', 'a = 1', 'a', null],
    ['half a character', 'a = 1', 'a', '\ud800'],
  ];
  test.each(cases)('%s', (_name, text, path, value) => {
    expect(() => set(text, path, value)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });
});

test('one call keeps nobody waiting for long: too much at once is refused', () => {
  const large = Array.from({ length: 3000 }, (_, index) => `key_${index} = "x"`).join('\n');
  const edits = Array.from({ length: 200 }, (_, index) => ({ path: [`key_${index}`], value: 'y' }));
  expect(() => editToml(large, edits)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  expect(editToml(large, edits.slice(0, 20))).toContain('key_19 = "y"');
});
