import { expect, test } from 'vitest';
import { SignOnRefused } from './problems.ts';

test('what a stranger’s document brings in is cut: it goes into an address and the audit log', () => {
  const message = `Destination is https://${'a'.repeat(500_000)}.example`;
  expect(new SignOnRefused('answer-invalid', { message }).message).toHaveLength(600);
  const said = `${'é'.repeat(499)}\u{1F600}`;
  expect(new SignOnRefused('provider-refused', { said }).said).toBe('é'.repeat(499));
  expect(new SignOnRefused('provider-refused', { said: 'a\ud800b\0' }).said).toBe('a\u{FFFD}b\u{FFFD}');
});
