import { expect, test } from 'vitest';
import { splitKeys, tomlCursor } from './toml-cursor.ts';

/** The place of `|` in a document. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const { kind, path, typed, isInString, from } = tomlCursor(marked.replace('|', ''), offset);
  expect(from).toBe(offset - typed.length);
  return `${kind} ${path.join('/')} ${isInString ? '"' : ''}${typed}`.trim();
}

test.each([
  ['|', 'key'],
  ['allowed_s|', 'key  allowed_s'],
  ['# a = |', 'none'],
  ['a = 1 # |', 'none a'],
  ['a = |', 'value a'],
  ['a = tr|', 'value a tr'],
  ['a = "on-|', 'value a "on-'],
  ["a = 'on-|", 'value a "on-'],
  ['a = ["x", "on-|', 'value a/* "on-'],
  ['a = [\n  "x", # why "not\n  |', 'value a/*'],
  ['a = [\n  "x"\n]\nb|', 'key  b'],
  ['a = "x"\n|', 'key'],
  ['[features]\n|', 'key features'],
  ['[features]\nbrowser_use = |', 'value features/browser_use'],
  ['[fea|', 'header  fea'],
  ['[permissions.f|', 'header permissions f'],
  ['[[rules.pre|', 'header rules pre'],
  ['[[rules.prefix_rules]]\npattern = [{ to|', 'key rules/prefix_rules/*/pattern/* to'],
  [
    '[[rules.prefix_rules]]\npattern = [{ token = "git" }, { any_of = ["|',
    'value rules/prefix_rules/*/pattern/*/any_of/* "',
  ],
  ['rules = { prefix_rules = [{ pattern = [], dec|', 'key rules/prefix_rules/* dec'],
  ['models.new_thread.mo|', 'key models/new_thread mo'],
  ['models.new_thread.model = "|', 'value models/new_thread/model "'],
  ['[mcp_servers."a.b"]\n|', 'key mcp_servers/a.b'],
  ['a = """\n[features]\nx = 1\n"""\nb|', 'key  b'],
  ['a = """\n[features]|', 'value a "\n[features]'],
  ['a = "open\nb = |', 'value b'],
  ['a = { x = { y = 1 }, z|', 'key a z'],
] as const)('%j is %j', (marked, place) => {
  expect(at(marked).replace(/\s+/g, ' ')).toBe(place.replace(/\s+/g, ' '));
});

test('keys in quotes may hold dots and escapes', () => {
  expect(splitKeys('a."b.c".\'d e\'."\\u0041"')).toEqual(['a', 'b.c', 'd e', 'A']);
});
