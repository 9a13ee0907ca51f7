import { expect, test } from 'vitest';
import { hasAdd } from './containerfile.ts';

test.each([
  'FROM debian\nADD http://169.254.169.254/latest/meta-data/ /x\n',
  'FROM debian\n  add https://example.com/x /x',
  'FROM debian\nONBUILD ADD http://example.com/x /x\n',
  'FROM debian\nonbuild   onbuild\tADD http://example.com/x /x\n',
  'FROM debian\nA\\\nDD http://example.com/x /x\n',
  'FROM debian\nAD\\  \n# between\nD http://example.com/x /x\n',
  'FROM debian\nAD\\\n\n\nD http://example.com/x /x\n',
  '# escape=`\nFROM debian\nAD`\nD http://example.com/x /x\n',
  'FROM debian\nRUN true \\\n  # where that is no comment, the next line is an instruction\nADD http://example.com/x /x\n',
  'FROM debian\n\u00a0ADD http://example.com/x /x\n',
  'FROM debian\r\nADD\thttp://example.com/x /x\r\n',
])('an ADD is found however it is written: %j', (text) => expect(hasAdd(text)).toBe(true));

test.each([
  'FROM debian\nRUN echo ADD\n',
  'FROM debian\n# ADD http://example.com/x /x\nRUN true\n',
  'FROM debian\nRUN apt-get install -y \\\n  add-apt-key \\\n  ADD\n',
  'FROM debian\nCOPY --from=debian /etc/hostname /x\nENV ADD=1\n',
  'FROM debian\nADDITION\n',
])('whatever else has the word is none: %j', (text) => expect(hasAdd(text)).toBe(false));
