import { expect, test } from 'vitest';
import { contactParts } from './contact-parts.ts';

const links = (contact: string) => contactParts(contact).flatMap(({ href }) => href ?? []);

test.each([
  ['Platform team, #codex-help', []],
  ['platform@example.com', ['mailto:platform@example.com']],
  [
    'Ask Maya (maya@example.com), or https://wiki.example.com/codex?a=1&b=2.',
    ['mailto:maya@example.com', 'https://wiki.example.com/codex?a=1&b=2'],
  ],
  ['javascript:alert(1)', []],
  ['data:text/html,<b>x</b> or javascript://x.example/%0aalert(1)', []],
  ['a?subject=x&body=y@example.com', ['mailto:a%3Fsubject%3Dx%26body%3Dy@example.com']],
])('%s', (contact, expected) => {
  expect(links(contact)).toEqual(expected);
  expect(
    contactParts(contact)
      .map(({ text }) => text)
      .join(''),
  ).toBe(contact);
});
