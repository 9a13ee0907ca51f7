import { expect, it } from 'vitest';
import { textOf } from './reported-log.ts';

const cut = (text: string) => textOf(new Map([['tool_name', text]]), 'tool_name') ?? '';

it('keeps no more than 200 bytes of a text, and no half of a character', () => {
  expect(cut('exec_command')).toBe('exec_command');
  expect(cut('a'.repeat(300))).toBe('a'.repeat(200));
  expect(cut('語'.repeat(100))).toBe('語'.repeat(66));
  expect(cut(`a${'😀'.repeat(100)}`)).toBe(`a${'😀'.repeat(49)}`);
});
