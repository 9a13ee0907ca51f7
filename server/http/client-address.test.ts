import { expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';

const proxies = ['10.0.0.0/8', '::1/128'];

test.each([
  ['203.0.113.7', undefined, '203.0.113.7'],
  ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['10.1.2.3', '192.0.2.66, 198.51.100.1', '198.51.100.1'],
  ['10.1.2.3', '192.0.2.66, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
  ['::ffff:10.1.2.3', '2001:db8::7', '2001:db8::7'],
  ['::1', '[2001:db8::7]', '2001:db8::7'],
  ['10.1.2.3', 'not an address', '10.1.2.3'],
  ['10.1.2.3', '', '10.1.2.3'],
  [undefined, '198.51.100.1', null],
])('from %s with X-Forwarded-For %s it is %s', (socket, forwarded, expected) => {
  expect(clientAddress(socket, forwarded, proxies)).toBe(expected);
});
