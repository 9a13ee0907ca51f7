import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { access } from '#testing/egress-world.ts';
import { isGatewayPath, judge } from './judge.ts';
import { isPublicAddress, publicOutside } from './public-addresses.ts';
import { readHost, splitAbsolute, splitAuthority } from './read-target.ts';

const literals =
  '127.0.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1 [::1] ::1 [::ffff:127.0.0.1] [fe80::1%25eth0] 1.1.1.1 1.1.1.1. 169.254.169.254 0 00 0xffffffff 256.256.256.256 1.2.3 １２７.０.０.１ 127。0。0。1 %31%32%37.0.0.1 0x 1.0x'.split(
    ' ',
  );
const names = [
  'pypi.org',
  'PyPI.org',
  'pypi.org.',
  'a_b.example.com',
  '1.1.1.1.nip.io',
  'xn--bcher-kva.example',
  'x1',
  '0xg.example',
];
const nonsense = [
  '',
  '.',
  'a..b',
  'pypi.org..',
  'bücher.example',
  'pypi.org%00.evil.example',
  'a b',
  'a\tb',
  'a/b',
  'a@b',
  '*.pypi.org',
  `${'a'.repeat(64)}.org`,
  'a'.repeat(254),
];

describe('a host name', () => {
  test.each(literals)('%s is an address', (text) => expect(readHost(text)).toEqual({ problem: 'address-literal' }));
  test.each(names)('%s is a name', (text) =>
    expect(readHost(text)).toEqual({ host: text.toLowerCase().replace(/\.$/, '') }),
  );
  test.each(nonsense)('“%s” is nonsense', (text) => expect(readHost(text)).toEqual({ problem: 'bad-request' }));

  test('that is accepted is never what a resolver takes for a number', () => {
    const part = fc.stringMatching(/^(0x)?[0-9a-fA-F]{0,10}$/);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const reading = readHost(parts.join('.'));
        if ('host' in reading) expect(ipaddr.IPv4.isValid(reading.host)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('stands alone before its port', () => {
    expect(splitAuthority('a.example:443')).toEqual({ host: 'a.example', port: 443 });
    for (const text of [
      'a.example',
      'a.example:',
      'a.example:0',
      'a.example:70000',
      'u@a.example:443',
      'a.example:443/x',
      'a.example:443 b:443',
      '::1:443',
      'a:b:443',
    ])
      expect(splitAuthority(text), text).toBeNull();
    expect(splitAbsolute('http://a.example?q')).toEqual({ host: 'a.example', port: 80, path: '/?q' });
    for (const text of [
      'https://a.example/',
      '/',
      'http://u:p@a.example/',
      'ftp://a.example/',
      'http://a.example/#x',
      'http:///x',
      'http://a.example\\@b.example/',
    ])
      expect(splitAbsolute(text), text).toBeNull();
  });
});

describe('an address', () => {
  const refused =
    '0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 ::127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 4000::1 nonsense 127.1 0x7f000001'.split(
      ' ',
    );
  test.each(refused)('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));
  test.each(['1.1.1.1', '8.8.8.8', '100.63.255.255', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
});

describe('the policy', () => {
  const ask = (host: string, over = {}, more = {}) =>
    judge(access(over), { host, method: 'GET', isUpgrade: false, headers: {}, ...more });

  test('covers sub-domains and nothing that only looks alike', () => {
    const over = { domains: ['example.com'] };
    expect(ask('example.com', over)).toBe('listed-domain');
    expect(ask('a.b.example.com', over)).toBe('listed-domain');
    for (const host of ['evilexample.com', 'example.com.evil.org', 'example.co', 'com'])
      expect(ask(host, over), host).toBe('domain-not-listed');
  });

  test('counts a WebSocket by what it may carry, and a method by what a framework makes of it', () => {
    const all = { preset: 'all' as const };
    expect(ask('a.example', all, { isUpgrade: true })).toBe('websocket-not-allowed');
    expect(ask('a.example', { ...all, methods: 'all' }, { isUpgrade: true })).toBe('preset-all');
    expect(ask('a.example', all, { headers: { 'x-http-method-override': 'POST' } })).toBe('method-not-allowed');
  });

  test('knows the gateway’s paths in one spelling only', () => {
    const open = ['/v1/', '/backend-api/codex'];
    for (const path of ['/v1', '/v1/responses', '/v1/a?b=../..', '/backend-api/codex/x'])
      expect(isGatewayPath(path, open), path).toBe(true);
    for (const path of [
      '/',
      '/v1x',
      '/v1/../api',
      '/v1/./api',
      '/v1/%2e%2e/api',
      '/v1/..%2fapi',
      '/v1//api',
      '/v1/..;/api',
      '/V1/x',
      'v1/x',
      '*',
      '/backend-api',
      '/v1/%5c..',
      '/v1/a b',
    ])
      expect(isGatewayPath(path, open), path).toBe(false);
  });
});

test('public addresses of one’s own network can be closed', () => {
  const isPublic = publicOutside(['34.118.224.0/20', '2600:1900::/28']);
  expect(['34.118.224.1', '34.118.239.255', '2600:1900::1', '10.0.0.1'].filter(isPublic)).toEqual([]);
  expect(['34.118.240.0', '2600:1910::1'].filter((address) => !isPublic(address))).toEqual([]);
  expect(() => publicOutside(['34.118.224.1'])).toThrow();
});
