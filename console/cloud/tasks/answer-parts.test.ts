import { expect, test } from 'vitest';
import { answerParts } from './answer-parts.ts';

test('code, lists and headings are set apart; text stays as it was written', () => {
  const answer =
    '# Result\nIt works.\nAnd here is why:\n\n- one\n* two\n\n```sh\nnpm test\n- no item\n```\n1. numbered\n';
  expect(answerParts(answer)).toEqual([
    { kind: 'heading', text: 'Result' },
    { kind: 'text', text: 'It works.\nAnd here is why:' },
    { kind: 'list', items: ['one', 'two'] },
    { kind: 'code', text: 'npm test\n- no item' },
    { kind: 'text', text: '1. numbered' },
  ]);
});

test('code that is not closed goes to the end, and nothing is lost', () => {
  expect(answerParts('Try:\n```\nrm x')).toEqual([
    { kind: 'text', text: 'Try:' },
    { kind: 'code', text: 'rm x' },
  ]);
  expect(answerParts('')).toEqual([]);
  expect(answerParts('a\n\nb')).toEqual([{ kind: 'text', text: 'a\n\nb' }]);
});
