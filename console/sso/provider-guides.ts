import type { Connection } from '#contract/sso.ts';
import { oidcSteps } from './oidc-steps.ts';
import { samlSteps } from './saml-steps.ts';

export const providerIds = ['okta', 'entra', 'google', 'keycloak', 'other'] as const;
export type ProviderId = (typeof providerIds)[number];
export type Kind = Connection['kind'];
type Claims = Connection['claims'];

/** Values of this connection that the identity provider has to be given. */
export type FactToCopy = keyof Connection['serviceProvider'];

export interface GuideStep {
  text: string;
  copy?: FactToCopy[];
}

interface Provider {
  name: string;
  /** As people of that company know it, when it differs from the name in lists. */
  signInName: string;
  issuerExample: string;
  metadataExample: string | null;
  /** What the guides below make the identity provider send. */
  claims: Record<Kind, Claims>;
  /** What people trip over. */
  caution: Partial<Record<Kind, string>>;
}

const plain: Claims = { email: 'email', name: 'name', groups: 'groups' };
const entraClaims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
const microsoftClaims = 'http://schemas.microsoft.com';

export const providers: Record<ProviderId, Provider> = {
  okta: {
    name: 'Okta',
    signInName: 'Okta',
    issuerExample: 'https://example.okta.com',
    metadataExample: 'https://example.okta.com/app/abc123/sso/saml/metadata',
    claims: { oidc: plain, saml: plain },
    caution: {
      oidc: 'Okta offers SCIM provisioning only for SAML and SWA integrations made by hand. If people shall also arrive by SCIM, make a SAML connection, or a second integration for SCIM alone.',
    },
  },
  entra: {
    name: 'Microsoft Entra ID',
    signInName: 'Microsoft',
    issuerExample: 'https://login.microsoftonline.com/<tenant id>/v2.0',
    metadataExample:
      'https://login.microsoftonline.com/<tenant id>/federationmetadata/2007-06/federationmetadata.xml?appid=…',
    claims: {
      oidc: plain,
      saml: {
        email: `${entraClaims}/emailaddress`,
        name: `${microsoftClaims}/identity/claims/displayname`,
        groups: `${microsoftClaims}/ws/2008/06/identity/claims/groups`,
      },
    },
    caution: {
      oidc: 'Entra ID leaves the groups out for people in more than 200. “Groups assigned to the application” keeps the list short. Groups come as object ids.',
      saml: 'Entra ID leaves the groups out for people in more than 150. “Groups assigned to the application” keeps the list short. Groups come as object ids.',
    },
  },
  google: {
    name: 'Google Workspace',
    signInName: 'Google',
    issuerExample: 'https://accounts.google.com',
    metadataExample: null,
    claims: { oidc: { ...plain, groups: null }, saml: plain },
    caution: {
      oidc: 'Google sends no groups with OpenID Connect. Take SAML when groups shall decide.',
      saml: 'Google gives its metadata as a file only, so a new certificate has to be loaded here by hand before the old one ends.',
    },
  },
  keycloak: {
    name: 'Keycloak',
    signInName: 'Keycloak',
    issuerExample: 'https://keycloak.example.com/realms/<realm>',
    metadataExample: 'https://keycloak.example.com/realms/<realm>/protocol/saml/descriptor',
    claims: { oidc: plain, saml: plain },
    caution: {},
  },
  other: {
    name: 'Another provider',
    signInName: 'single sign-on',
    issuerExample: 'https://id.example.com',
    metadataExample: 'https://id.example.com/saml/metadata',
    claims: { oidc: plain, saml: plain },
    caution: {},
  },
};

export const guideOf = (provider: ProviderId, kind: Kind): GuideStep[] =>
  (kind === 'oidc' ? oidcSteps : samlSteps)[provider];

/** Words in the addresses of the identity providers that have a guide. */
const signs: [RegExp, ProviderId][] = [
  [/\.(okta|oktapreview|okta-emea)\.com|^https?:\/\/www\.okta\.com/, 'okta'],
  [/login\.microsoftonline\.|sts\.windows\.net/, 'entra'],
  [/accounts\.google\.com/, 'google'],
  [/\/realms\//, 'keycloak'],
];

/** Which guide fits a connection, by the address of its identity provider. Null before it has one. */
export function providerOf({ oidc, saml }: Pick<Connection, 'oidc' | 'saml'>): ProviderId | null {
  const address = oidc?.issuer ?? saml?.idpEntityId;
  if (!address) return null;
  return signs.find(([sign]) => sign.test(address))?.[1] ?? 'other';
}
