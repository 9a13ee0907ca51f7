import { expect, test } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

test('headings, lists, code and paragraphs are told apart', () => {
  const source = [
    '# Review',
    '',
    'Read the',
    'change.',
    '',
    '- one',
    '- two',
    '1. first',
    '```sh',
    '# no heading',
    '```',
    'End.',
  ];
  expect(markdownBlocks(source.join('\n'))).toEqual([
    { kind: 'heading', level: 1, text: 'Review' },
    { kind: 'text', text: 'Read the change.' },
    { kind: 'list', isOrdered: false, items: ['one', 'two'] },
    { kind: 'list', isOrdered: true, items: ['first'] },
    { kind: 'code', text: '# no heading' },
    { kind: 'text', text: 'End.' },
  ]);
});

test('code that nobody closed reaches to the end', () => {
  expect(markdownBlocks('```\na\n\nb')).toEqual([{ kind: 'code', text: 'a\n\nb' }]);
});

test('HTML stays text', () => {
  expect(markdownBlocks('<script>alert(1)</script>')).toEqual([{ kind: 'text', text: '<script>alert(1)</script>' }]);
});

test('a heading may be closed, and a long line takes no longer than reading it', () => {
  expect(markdownBlocks('## Steps ##  ')).toEqual([{ kind: 'heading', level: 2, text: 'Steps' }]);
  const long = `a${' '.repeat(200_000)}b`;
  const begun = performance.now();
  expect(markdownBlocks(`# ${long}`)).toEqual([{ kind: 'heading', level: 1, text: long }]);
  // Trying every place again takes minutes.
  expect(performance.now() - begun).toBeLessThan(5_000);
});
