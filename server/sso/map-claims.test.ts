import { describe, expect, test } from 'vitest';
import { mapClaims, readClaim } from './map-claims.ts';

const mapping = { email: 'email', name: 'name', groups: 'groups' };

describe('a claim is found', () => {
  const uri = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress';
  test.each([
    ['by its name', { groups: ['a'] }, 'groups', ['a']],
    ['by a URI with dots', { [uri]: 'a@example.com' }, uri, 'a@example.com'],
    ['by a path', { realm_access: { roles: ['a'] } }, 'realm_access.roles', ['a']],
    ['not in what every object has', {}, 'constructor.name', undefined],
    ['not below a text', { a: 'b' }, 'a.length', undefined],
  ])('%s', (_how, claims, name, value) => {
    expect(readClaim(claims, name)).toEqual(value);
  });
});

test('what does not fit counts as not there', () => {
  expect(mapClaims(mapping, { email: 'not an address', name: ['', 1], groups: [1, null, 'a', 'a', ''] })).toEqual({
    email: null,
    name: null,
    groups: ['a'],
  });
  expect(mapClaims(mapping, { email: [' Ada@Example.COM '], name: 'Ada', groups: 'one' })).toEqual({
    email: 'ada@example.com',
    name: 'Ada',
    groups: ['one'],
  });
});

test('an address that only looks like a member’s in small letters is none', () => {
  expect(mapClaims(mapping, { email: 'mi\u212Ae@example.com' }).email).toBeNull();
  expect(mapClaims(mapping, { email: 'mike@example.\u212Aim' }).email).toBeNull();
});

test('groups that the provider left out because they are too many are not taken for none', () => {
  const overage = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } };
  expect(() => mapClaims(mapping, overage)).toThrow('more groups than');
  expect(() => mapClaims(mapping, { hasgroups: true })).toThrow('more groups than');
  expect(mapClaims({ ...mapping, groups: null }, overage).groups).toEqual([]);
  expect(mapClaims(mapping, { ...overage, groups: ['a'] }).groups).toEqual(['a']);
});
