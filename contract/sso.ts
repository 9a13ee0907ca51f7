import { z } from 'zod';

const At = z.iso.datetime();
const HttpsUrl = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .describe('https, except for a loopback host.');
const ClaimName = z.string().trim().min(1).max(300);

export const ConnectionName = z.string().trim().min(1).max(80).describe('On the sign-in page: “Continue with …”.');

/** Which claim (OIDC) or attribute (SAML) says what. Defaults fit Okta and Entra ID. */
export const ClaimMapping = z.object({
  email: ClaimName,
  name: ClaimName,
  groups: ClaimName.nullable().describe('Null: groups are not read.'),
});

/** Who becomes a member at their first single sign-on. Nobody is taken out by a sign-in: that is for SCIM. */
export const JustInTimeRule = z.discriminatedUnion('who', [
  z.object({ who: z.literal('nobody') }),
  z.object({ who: z.literal('verified-domains') }),
  z.object({
    who: z.literal('groups'),
    groups: z.array(z.string().min(1).max(300)).min(1).max(100).describe('Values of the groups claim; one is enough.'),
  }),
]);
export type JustInTimeRule = z.infer<typeof JustInTimeRule>;

/** A value of the groups claim and the group here that its holders are in. Kept in step at every sign-in. */
export const GroupMapping = z.object({ value: z.string().min(1).max(300), groupId: z.string() });

/** For accounts of this connection the identity provider shows the second factor; empty lists ask for nothing. */
export const RequiredContext = z.object({
  amr: z.array(z.string().min(1).max(100)).max(20).describe('One of these has to be among the methods (RFC 8176).'),
  acr: z
    .array(z.string().min(1).max(300))
    .max(20)
    .describe('One of these has to be the class (or AuthnContextClassRef).'),
});

export const OidcSettings = z.object({
  issuer: HttpsUrl,
  clientId: z.string().trim().min(1).max(500),
  scopes: z.array(z.string().min(1).max(100)).max(20).default(['openid', 'email', 'profile']),
});

export const SamlSettings = z.object({
  idpEntityId: z.string().min(1).max(1000),
  signOnUrl: HttpsUrl,
  certificates: z
    .array(z.object({ pem: z.string(), subject: z.string(), expiresAt: At }))
    .describe('Any of them may have signed: an old and a new one during a rollover.'),
  metadataUrl: HttpsUrl.nullable().describe('Read again every day and at every signature of an unknown certificate.'),
  metadataReadAt: At.nullable().default(null),
  metadataProblem: z.string().nullable().default(null).describe('Why the last reading of the address failed.'),
  logoutUrl: HttpsUrl.nullable().default(null).describe('Where signing out here also ends the session there.'),
  signsRequests: z.boolean(),
});

/** What the administrator of the identity provider has to be given. */
export const ServiceProviderFacts = z.object({
  redirectUri: z.string().nullable().describe('OIDC: the redirect URI to register.'),
  entityId: z.string().nullable(),
  assertionConsumerUrl: z.string().nullable(),
  metadataUrl: z.string().nullable(),
});

export const TestResult = z.object({
  at: At,
  by: z.string(),
  outcome: z.enum(['works', 'refused']),
  reason: z.string().nullable().describe('Why it was refused, for the administrator.'),
  claims: z.record(z.string(), z.unknown()).describe('As received, tokens left out.'),
  mapped: z
    .object({
      email: z.string().nullable(),
      name: z.string().nullable(),
      groups: z.array(z.string()),
      outcome: z.enum(['existing-member', 'would-join', 'refused']),
      because: z.string(),
      groupIds: z.array(z.string()),
    })
    .nullable(),
});
export type TestResult = z.infer<typeof TestResult>;

export const Connection = z.object({
  id: z.string(),
  kind: z.enum(['oidc', 'saml']),
  name: ConnectionName,
  status: z.enum(['draft', 'enabled', 'disabled']),
  domains: z.array(z.string()).describe('Verified e-mail domains whose people sign in here.'),
  oidc: OidcSettings.extend({ hasClientSecret: z.boolean() }).nullable(),
  saml: SamlSettings.nullable(),
  serviceProvider: ServiceProviderFacts,
  claims: ClaimMapping,
  justInTime: JustInTimeRule,
  groupMappings: z.array(GroupMapping),
  required: RequiredContext,
  lastTest: TestResult.nullable(),
  lastUsedAt: At.nullable(),
  createdAt: At,
  updatedAt: At,
});
export type Connection = z.infer<typeof Connection>;

export const ConnectionChange = z.object({
  name: ConnectionName.optional(),
  domainIds: z.array(z.string()).max(50).optional(),
  oidc: OidcSettings.extend({ clientSecret: z.string().min(1).max(1000).nullable().optional() }).optional(),
  saml: z
    .object({
      metadataUrl: HttpsUrl.nullable().optional(),
      metadataXml: z.string().max(500_000).optional().describe('Instead of an address: the IdP metadata itself.'),
      signsRequests: z.boolean().optional(),
    })
    .optional(),
  claims: ClaimMapping.optional(),
  justInTime: JustInTimeRule.optional(),
  groupMappings: z.array(GroupMapping).max(500).optional(),
  required: RequiredContext.optional(),
});

export const EmailDomain = z.object({
  id: z.string(),
  domain: z.string(),
  status: z.enum(['pending', 'verified']),
  txtName: z.string().describe('Where the DNS TXT record goes.'),
  txtValue: z.string(),
  verifiedAt: At.nullable(),
  lastCheckedAt: At.nullable(),
  lastCheck: z.string().nullable().describe('What the last check found, in words.'),
  connectionId: z.string().nullable(),
});
export type EmailDomain = z.infer<typeof EmailDomain>;

export const SsoSettings = z.object({
  isRequired: z.boolean().describe('Members sign in through a connection; passwords and passkeys do not work.'),
  breakGlassOwnerIds: z
    .array(z.string())
    .max(10)
    .describe('Owners who may still use their password. At least one while single sign-on is required.'),
});

/** Why a single sign-on ended without a session, as far as the person in front of it may know. */
export const SignOnProblem = z.object({
  code: z
    .enum([
      'expired',
      'wrong-browser',
      'connection-off',
      'settings-changed',
      'provider-refused',
      'provider-unreachable',
      'answer-invalid',
      'context-missing',
      'groups-overage',
      'email-missing',
      'email-unverified',
      'email-elsewhere',
      'not-a-member',
      'member-suspended',
      'member-deprovisioned',
      'other-member',
      'too-many-attempts',
    ])
    .describe('Stable; the sentences come from the server.'),
  sentence: z.string().describe('What happened.'),
  sendTo: z.enum(['nobody', 'workspace', 'identity-provider']).describe('Whose administrator this is for.'),
  advice: z.string().describe('What that administrator, or the person themselves, does about it.'),
  connectionName: z.string().nullable(),
  said: z.string().nullable().describe('What the identity provider said, word for word.'),
  reference: z.string().describe('Leads to the entry in the audit log and the server log.'),
  at: At,
  next: z.string().describe('Where the person wanted to go: “Try again” leads through the sign-in page to it.'),
});
export type SignOnProblem = z.infer<typeof SignOnProblem>;
