import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { linkJustifications, readExplanationCode } from './link-justifications.ts';

const revision = { origin: 'https://reeve.corp', number: 7, revision: 3, name: 'Developers "all"' };
const link = (index: number) => ` Why and whom to ask: https://reeve.corp/why/7.3.${index}`;
const linked = (contents: string) => linkJustifications(contents, revision);
const justifications = (contents: string) =>
  (parse(contents).rules as { prefix_rules: { justification: string }[] }).prefix_rules.map(
    (rule) => rule.justification,
  );

test('inline rules: only the justifications grow', () => {
  const before = `# ours\r\n[rules]\r\nprefix_rules = [
  { pattern = [{ token = "rm" }], decision = "forbidden", justification = "No rm." }, # why
  { pattern = [{ token = "git" }], justification = 'Ask first', decision = "prompt" },
  { pattern = [{ token = "dd" }], decision = "forbidden" },
]\n`;
  const after = linked(before);
  expect(after).toBe(
    before
      .replace('No rm.', `No rm.${link(0)}`)
      .replace('Ask first', `Ask first${link(1)}`)
      .replace(
        '"dd" }], decision',
        `"dd" }], justification = "Policy “Developers \\"all\\"” decides this.${link(2)}", decision`,
      ),
  );
  expect(justifications(after)).toEqual([
    `No rm.${link(0)}`,
    `Ask first${link(1)}`,
    `Policy “Developers "all"” decides this.${link(2)}`,
  ]);
});

test('rules as tables, with comments behind the decision and any line ends', () => {
  for (const end of ['\n', '\r\n']) {
    const before = [
      '[[rules.prefix_rules]]',
      '  pattern = [{ token = "rm" }]',
      '  decision = "prompt" # careful',
      '',
    ].join(end);
    const after = linked(before);
    expect(after).toBe(
      before.replace(
        'decision',
        () => `justification = "Policy “Developers \\"all\\"” decides this.${link(0)}"${end}  decision`,
      ),
    );
    expect(justifications(after)).toEqual([`Policy “Developers "all"” decides this.${link(0)}`]);
  }
});

describe('every way to write a text', () => {
  test.each([
    ['""" two\nlines """', ' two\nlines '],
    ["'''it's'''", "it's"],
    ['"""ends with a quote""""', 'ends with a quote"'],
    ['"""continued\\\n  """', 'continued'],
    ['"tab \\t and \\u00e9"', 'tab \t and é'],
  ])('%s', (literal, value) => {
    const contents = `[[rules.prefix_rules]]\npattern = [{ token = "a" }]\ndecision = "prompt"\njustification = ${literal}\n`;
    expect(justifications(linked(contents))).toEqual([value + link(0)]);
  });
});

test('what has no rules, or cannot be read, stays', () => {
  for (const contents of ['', 'allowed_sandbox_modes = ["read-only"]\n', 'broken = ', '[rules]\nprefix_rules = []\n'])
    expect(linked(contents)).toBe(contents);
});

test('whatever a justification says, it ends with its link', () =>
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 5 }), (texts) => {
      const rule = (text: string) =>
        `{ pattern = [{ token = "a" }], decision = "prompt", justification = ${JSON.stringify(text).replaceAll('\u007f', '\\u007F')} }`;
      const contents = `[rules]\nprefix_rules = [${texts.map(rule).join(', ')}]\n`;
      expect(justifications(linked(contents))).toEqual(texts.map((text, index) => text + link(index)));
    }),
  ));

test('codes', () => {
  expect(readExplanationCode('7.3.0')).toEqual({ number: 7, revision: 3, ruleIndex: 0 });
  for (const code of ['', '7.3', '7.3.x', '-1.2.3', '1.2.3.4', '99999999999.1.1'])
    expect(readExplanationCode(code)).toBeNull();
});
