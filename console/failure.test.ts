import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { describeFailure, ServerUnreachable } from './failure.ts';

const refused = (data: unknown) =>
  describeFailure(new ORPCError('bad-input', { status: 400, message: 'The request is not valid.', data }));

test('a refusal says what is not valid, in its own sentence or field by field', () => {
  expect(refused({ issue: 'The document is not TOML.' }).message).toBe('The document is not TOML.');
  expect(refused({ issues: [{ path: ['name'], message: 'Too long.' }] })).toMatchObject({
    message: 'The request is not valid.',
    issues: [{ path: 'name', message: 'Too long.' }],
  });
});

test('what the contract does not know is told as it came', () => {
  const strange = new ORPCError('STRANGE', { status: 418, message: 'Short and stout.' });
  expect(describeFailure(strange)).toMatchObject({
    code: 'internal',
    message: 'The server answered 418: Short and stout.',
  });
  expect(describeFailure(new ServerUnreachable()).code).toBe('unreachable');
  expect(describeFailure(new Error('x')).reference).toBe('Error: x');
});
