import type { SAML, SamlConfig } from '@node-saml/node-saml';
import type { NameId } from './read-assertion.ts';
import type { ServiceProviderKeys } from './service-provider-keys.ts';

export interface ServiceProviderAddresses {
  entityId: string;
  assertionConsumerUrl: string;
  metadataUrl: string;
}

/** One entity id for each connection: an answer for one is worth nothing at another. */
export function serviceProviderAddresses(origin: string, connectionId: string): ServiceProviderAddresses {
  const base = `${origin}/sso/saml/${connectionId}`;
  return { entityId: `${base}/metadata`, assertionConsumerUrl: `${base}/acs`, metadataUrl: `${base}/metadata` };
}

/** A large library that a start does without. */
const nodeSaml = () => import('@node-saml/node-saml');

/** Metadata for the identity provider: where answers go, and the present and the coming certificate. */
export async function serviceProviderMetadata(
  { entityId, assertionConsumerUrl }: ServiceProviderAddresses,
  { current, next }: ServiceProviderKeys,
): Promise<string> {
  const { generateServiceProviderMetadata } = await nodeSaml();
  return generateServiceProviderMetadata({
    issuer: entityId,
    callbackUrl: assertionConsumerUrl,
    identifierFormat: null,
    wantAssertionsSigned: true,
    privateKey: current.privateKeyPem,
    publicCerts: [current, ...(next ? [next] : [])].map(({ certificatePem }) => certificatePem),
    decryptionPvk: current.privateKeyPem,
    decryptionCert: current.certificatePem,
  });
}

interface Outgoing {
  addresses: ServiceProviderAddresses;
  /** Null: requests are not signed. */
  privateKeyPem: string | null;
}

const sender = async ({ addresses, privateKeyPem }: Outgoing, more: Partial<SamlConfig>): Promise<SAML> => {
  const { SAML, ValidateInResponseTo } = await nodeSaml();
  return new SAML({
    issuer: addresses.entityId,
    callbackUrl: addresses.assertionConsumerUrl,
    // Only for checking answers, which this instance never does.
    idpCert: 'unused',
    validateInResponseTo: ValidateInResponseTo.never,
    signatureAlgorithm: 'sha256',
    ...(privateKeyPem === null ? {} : { privateKey: privateKeyPem }),
    ...more,
  });
};

export interface AuthnRequest extends Outgoing {
  requestId: string;
  signOnUrl: string;
  relayState: string;
  /** Classes of which the identity provider has to use one; empty asks for nothing. */
  contextClasses: readonly string[];
  forceAuthn: boolean;
}

/** Where the browser goes with an AuthnRequest by the redirect binding; the signature is over the query (bindings §3.4.4.1). */
export const authnRequestUrl = async (request: AuthnRequest): Promise<string> => {
  const saml = await sender(request, {
    entryPoint: request.signOnUrl,
    generateUniqueId: () => request.requestId,
    // Any that is not transient; the connection's administrator chooses at the identity provider.
    identifierFormat: null,
    forceAuthn: request.forceAuthn,
    disableRequestedAuthnContext: request.contextClasses.length === 0,
    authnContext: [...request.contextClasses],
  });
  return saml.getAuthorizeUrlAsync(request.relayState, undefined, {});
};

/** Where the browser goes to end the session at the identity provider too. */
export const logoutRequestUrl = async (
  request: Outgoing & { logoutUrl: string; nameId: NameId; sessionIndex: string | null },
): Promise<string> => {
  const { value, format, nameQualifier, spNameQualifier } = request.nameId;
  const saml = await sender(request, { entryPoint: request.logoutUrl, logoutUrl: request.logoutUrl });
  return saml.getLogoutUrlAsync(
    {
      issuer: request.addresses.entityId,
      nameID: value,
      nameIDFormat: format ?? 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
      ...(nameQualifier === null ? {} : { nameQualifier }),
      ...(spNameQualifier === null ? {} : { spNameQualifier }),
      ...(request.sessionIndex === null ? {} : { sessionIndex: request.sessionIndex }),
    },
    '',
    {},
  );
};
