import { notUnderstood, refused } from './rules-problem.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  '\n': '',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function decodeHex(body: string, at: number, digits: number, offset: number): string {
  const written = body.slice(at + 2, at + 2 + digits);
  const value = Number.parseInt(written, 16);
  const isCharacter = value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff);
  if (written.length < digits || !/^[0-9a-f]+$/i.test(written) || !isCharacter) {
    throw refused(offset + at, offset + at + 2 + digits, `“${body.slice(at, at + 2 + digits)}” is no character.`);
  }
  return String.fromCodePoint(value);
}

function decodeEscapes(body: string, offset: number): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const next = body[at + 1] ?? '';
    const digits = HEX_DIGITS[next];
    const octal = /^[0-7]{1,3}/.exec(body.slice(at + 1, at + 4))?.[0];
    if (body[at] !== '\\') {
      text += body[at];
      at += 1;
    } else if (digits !== undefined) {
      text += decodeHex(body, at, digits, offset);
      at += 2 + digits;
    } else if (octal !== undefined) {
      text += String.fromCodePoint(Number.parseInt(octal, 8));
      at += 1 + octal.length;
    } else {
      // An escape that means nothing stays as it is written.
      text += SIMPLE[next] ?? `\\${next}`;
      at += 2;
    }
  }
  return text;
}

// A raw string keeps its backslashes, except before a quote.
const decodeRaw = (body: string): string => body.replace(/\\([\\"'])/g, (pair, next) => (next === '\\' ? pair : next));

/**
 * The value of a string literal, `offset` being where it stands in the file. The client drops carriage returns inside
 * strings. Throws a RulesFileError.
 */
export function decodeString(literal: string, offset: number): string {
  const [, prefix = '', quote = '', body = '', end = ''] =
    /^([A-Za-z]*)("""|'''|"|')([\s\S]*?)(\2)?$/.exec(literal) ?? [];
  const to = offset + literal.length;
  if (end === '') throw refused(offset, to, 'The string has no end.');
  if (prefix === 'b' || prefix === 'rb') throw notUnderstood(offset, to, 'Byte strings are not evaluated here.');
  if (prefix !== '' && prefix !== 'r')
    throw refused(offset, to, `The client knows no strings with the prefix ${prefix}.`);
  const bodyOffset = offset + prefix.length + quote.length;
  // Equal length keeps the positions of escapes right; the filler is taken out again afterwards.
  if (!body.includes('\r')) return prefix === 'r' ? decodeRaw(body) : decodeEscapes(body, bodyOffset);
  const stray = /(?<!\\)(?:\\\\)*\\\r(?!\n)/.exec(body);
  if (stray)
    throw refused(bodyOffset + stray.index, bodyOffset + stray.index + 2, 'A carriage return cannot be escaped.');
  const plain = body.replaceAll('\r', '');
  return prefix === 'r' ? decodeRaw(plain) : decodeEscapes(plain, bodyOffset);
}
