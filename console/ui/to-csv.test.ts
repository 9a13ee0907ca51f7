import { expect, test } from 'vitest';
import { toCsv } from './to-csv.ts';

test('rows by RFC 4180; what a spreadsheet would take for a formula is text, and a number below zero is none', () => {
  expect(
    toCsv([
      ['day', 'of "all", tokens'],
      ['2026-11-26', -12.5],
      ['=cmd|"x"@x.example', null],
      ['+1,2', 0],
    ]),
  ).toBe('day,"of ""all"", tokens"\r\n2026-11-26,-12.5\r\n"\'=cmd|""x""@x.example",\r\n"\'+1,2",0\r\n');
});
