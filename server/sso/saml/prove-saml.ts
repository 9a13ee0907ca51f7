import { hashToken, sameText } from '#server/crypto/token-hash.ts';
import type { Services } from '#server/services.ts';
import type { Attempt } from '../attempt-queries.ts';
import type { ConnectionRow } from '../connection-queries.ts';
import type { Proof } from '../finish-sign-in.ts';
import { SignOnRefused } from '../problems.ts';
import { samlSettings } from '../read-connections.ts';
import type { Settings } from './configure-saml.ts';
import { connectionKeys } from './connection-keys.ts';
import type { ResponseOutline } from './inspect-response.ts';
import { logoutHintOf } from './logout.ts';
import type { AssertionFacts } from './read-assertion.ts';
import { claimsOf, hasGroupsOverage, methodsOf } from './read-attributes.ts';
import { SamlRefused } from './refuse-saml.ts';
import { takeAssertion } from './saml-queries.ts';
import { serviceProviderAddresses } from './service-provider.ts';
import { allPairs } from './service-provider-keys.ts';
import { verifyResponse } from './verify-response.ts';

type Prove = Pick<Services, 'db' | 'clock' | 'secrets' | 'origin'>;

export interface SamlAnswer {
  connection: ConnectionRow;
  attempt: Attempt;
  outline: ResponseOutline;
  /** Reads the metadata again; null when there is nothing new to try with. */
  refresh: (connection: ConnectionRow) => Promise<Settings | null>;
}

const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const pemBody = (pem: string): string => pem.replaceAll(/-----[A-Z ]+-----|\s/g, '');

/** The request this answers is the attempt's; its id is kept hashed only. @throws SamlRefused */
function requestIdOf({ inResponseTo }: ResponseOutline, attempt: Attempt): string {
  if (inResponseTo === null) throw new SamlRefused('not-started-here', 'the response has no InResponseTo');
  if (!sameText(hashToken(inResponseTo), attempt.request_id_hash ?? ''))
    throw new SamlRefused('other-request', 'InResponseTo names another request');
  return inResponseTo;
}

async function verify(services: Prove, { connection, attempt, outline, refresh }: SamlAnswer) {
  const settings = samlSettings(connection);
  if (!settings) throw new SignOnRefused('connection-off');
  const keys = await connectionKeys(services, connection);
  const requestId = requestIdOf(outline, attempt);
  const verifyWith = ({ idpEntityId, certificates }: Settings) =>
    verifyResponse(outline, {
      ...serviceProviderAddresses(services.origin, connection.id),
      idpEntityId,
      requestId,
      authenticatedAfter: attempt.purpose === 'step-up' ? attempt.created_at : null,
      now: services.clock(),
      certificatePems: certificates.map(({ pem }) => pem),
      privateKeyPems: allPairs(keys).map(({ privateKeyPem }) => privateKeyPem),
    });
  try {
    return { facts: await verifyWith(settings), settings };
  } catch (error) {
    const isSignature =
      error instanceof SamlRefused && (error.problem === 'bad-signature' || error.problem === 'not-decryptable');
    const known = new Set(settings.certificates.map(({ pem }) => pemBody(pem)));
    // Signed with a certificate that was there all along, new metadata would not help.
    if (!isSignature || outline.certificatesNamed.some((certificate) => known.has(certificate))) throw error;
    const renewed = await refresh(connection);
    if (!renewed) throw error;
    return { facts: await verifyWith(renewed), settings: renewed };
  }
}

function claimsFrom({ nameId, attributes }: AssertionFacts): Record<string, unknown> {
  const claims = claimsOf(attributes);
  const email = nameId.format === emailFormat && !('email' in claims) ? { email: nameId.value } : {};
  // The word Entra ID's own tokens have for it; the mapping refuses by it.
  const overage = hasGroupsOverage(attributes) ? { hasgroups: true } : {};
  return { ...claims, ...email, ...overage, nameId: nameId.value };
}

/**
 * What an answer proves about somebody. Verifies it, with new metadata where the certificate is unknown, and uses its assertion up.
 * @throws SignOnRefused
 */
export async function proveSaml(services: Prove, answer: SamlAnswer): Promise<Proof> {
  const { facts, settings } = await verify(services, answer);
  const isFirstUse = await takeAssertion(services.db, {
    connection_id: answer.connection.id,
    assertion_hash: hashToken(facts.assertionId),
    expires_at: facts.usableUntil,
  });
  if (!isFirstUse) throw new SamlRefused('replayed', 'its assertion was used before');
  const { nameId, sessionIndex, sessionEndsAt, authenticatedAt, contextClass, attributes } = facts;
  return {
    // A connection may be given another identity provider; that one's names are other people.
    subject: `${settings.idpEntityId} ${nameId.format === emailFormat ? nameId.value.toLowerCase() : nameId.value}`,
    claims: claimsFrom(facts),
    emailVerified: null,
    amr: methodsOf(attributes),
    acr: contextClass,
    authenticatedAt,
    sessionEndsAt,
    logoutHint: logoutHintOf({ nameId, sessionIndex }),
  };
}
