import { expect, test } from 'vitest';
import type { Connection } from '#contract/sso.ts';
import { guideOf, providerIds, providerOf, providers } from './provider-guides.ts';

const oidc = (issuer: string): Pick<Connection, 'oidc' | 'saml'> => ({
  oidc: { issuer, clientId: 'reeve', scopes: [], hasClientSecret: true },
  saml: null,
});

test.each([
  ['https://acme.okta.com', 'okta'],
  ['https://acme.oktapreview.com/oauth2/default', 'okta'],
  ['https://login.microsoftonline.com/0a1b/v2.0', 'entra'],
  ['https://accounts.google.com', 'google'],
  ['https://sso.example.com/realms/staff', 'keycloak'],
  ['https://id.example.com', 'other'],
])('%s belongs to %s', (issuer, provider) => {
  expect(providerOf(oidc(issuer))).toBe(provider);
});

test('before the provider is known, no guide is guessed', () => {
  expect(providerOf({ oidc: null, saml: null })).toBeNull();
});

test.each(providerIds.flatMap((id) => [['oidc', id] as const, ['saml', id] as const]))(
  'the %s guide of %s hands over everything the provider has to be given',
  (kind, id) => {
    const copied = guideOf(id, kind).flatMap(({ copy = [] }) => copy);
    const needed = kind === 'oidc' ? ['redirectUri'] : ['entityId', 'assertionConsumerUrl'];
    expect(copied).toEqual(expect.arrayContaining(needed));
    expect(providers[id].claims[kind].email).not.toBe('');
  },
);
