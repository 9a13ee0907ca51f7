import type { XmlElement } from './dom.ts';
import { type AttributeValues, readAttributes } from './read-attributes.ts';
import { attribute, children, parseXml, textOf } from './read-xml.ts';
import { SamlRefused } from './refuse-saml.ts';

export const clockSkewMs = 2 * 60_000;
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const nameIdFormats = 'urn:oasis:names:tc:SAML:2.0:nameid-format:';

/** What this sign-in expects of an assertion. */
export interface Expected {
  idpEntityId: string;
  /** Our entity id: the audience. */
  entityId: string;
  /** Our assertion consumer URL: the recipient. */
  assertionConsumerUrl: string;
  /** The id of our request. */
  requestId: string;
  /** For a step-up: sign-ins at the identity provider from before are not enough. */
  authenticatedAfter: Date | null;
  now: Date;
}

export interface NameId {
  value: string;
  format: string | null;
  nameQualifier: string | null;
  spNameQualifier: string | null;
}

export interface AssertionFacts {
  assertionId: string;
  /** From then on no copy of the assertion would be accepted. */
  usableUntil: Date;
  nameId: NameId;
  sessionIndex: string | null;
  sessionEndsAt: Date | null;
  authenticatedAt: Date | null;
  contextClass: string | null;
  attributes: AttributeValues;
}

function readTime(element: XmlElement, name: string): Date | null {
  const text = attribute(element, name);
  if (text === null) return null;
  // SAML core §1.3.3: UTC, no other zone. Date.parse alone would take local times and much else.
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) ? new Date(text) : null;
  if (!time || Number.isNaN(time.getTime()))
    throw new SamlRefused('malformed', `${name} of ${element.localName} is no UTC time: ${text.slice(0, 40)}`);
  return time;
}

/** @throws SamlRefused outside of NotBefore and NotOnOrAfter, give or take the clock skew */
function checkPeriod(element: XmlElement, now: Date): Date | null {
  const notBefore = readTime(element, 'NotBefore');
  const notOnOrAfter = readTime(element, 'NotOnOrAfter');
  const at = `${element.localName} %, and it is ${now.toISOString()}`;
  if (notBefore && now.getTime() + clockSkewMs < notBefore.getTime())
    throw new SamlRefused('not-yet-valid', at.replace('%', `begins at ${notBefore.toISOString()}`));
  if (notOnOrAfter && now.getTime() - clockSkewMs >= notOnOrAfter.getTime())
    throw new SamlRefused('expired', at.replace('%', `ended at ${notOnOrAfter.toISOString()}`));
  return notOnOrAfter;
}

function only(parent: XmlElement, name: string): XmlElement {
  const found = children(parent, 'assertion', name);
  const [element] = found;
  if (!element || found.length > 1)
    throw new SamlRefused('unexpected-structure', `${parent.localName} needs one ${name} and has ${found.length}`);
  return element;
}

/** Web browser SSO profile §4.1.4.3: for us, in answer to our request, in time. Returns until when. */
function checkConfirmation(confirmation: XmlElement, expected: Expected): Date {
  const data = only(confirmation, 'SubjectConfirmationData');
  const recipient = attribute(data, 'Recipient');
  if (recipient !== expected.assertionConsumerUrl)
    throw new SamlRefused(
      'wrong-recipient',
      `Recipient is ${recipient ?? 'missing'}, expected ${expected.assertionConsumerUrl}`,
    );
  const inResponseTo = attribute(data, 'InResponseTo');
  if (inResponseTo === null) throw new SamlRefused('not-started-here', 'the assertion has no InResponseTo');
  if (inResponseTo !== expected.requestId)
    throw new SamlRefused('other-request', 'InResponseTo of the assertion names another request');
  const until = checkPeriod(data, expected.now);
  if (!until) throw new SamlRefused('malformed', 'SubjectConfirmationData has no NotOnOrAfter');
  return until;
}

function checkSubject(subject: XmlElement, expected: Expected): Date {
  const confirmations = children(subject, 'assertion', 'SubjectConfirmation').filter(
    (confirmation) => attribute(confirmation, 'Method') === bearer,
  );
  let refusal: unknown = new SamlRefused('malformed', 'the subject has no bearer confirmation');
  for (const confirmation of confirmations) {
    try {
      return checkConfirmation(confirmation, expected);
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

function checkConditions(conditions: XmlElement, expected: Expected): Date | null {
  const until = checkPeriod(conditions, expected.now);
  // Core §2.5.1: a condition that is not understood makes the assertion indeterminate.
  if (children(conditions, 'assertion', 'Condition').length > 0)
    throw new SamlRefused('unexpected-structure', 'it carries a condition that Reeve does not know');
  const restrictions = children(conditions, 'assertion', 'AudienceRestriction');
  if (restrictions.length === 0) throw new SamlRefused('wrong-audience', 'there is no AudienceRestriction');
  for (const restriction of restrictions) {
    const audiences = children(restriction, 'assertion', 'Audience').map(textOf);
    if (!audiences.includes(expected.entityId))
      throw new SamlRefused(
        'wrong-audience',
        `it is ${audiences.join(', ').slice(0, 300)}, expected ${expected.entityId}`,
      );
  }
  return until;
}

function readNameId(subject: XmlElement): NameId {
  const element = children(subject, 'assertion', 'NameID')[0];
  if (!element) throw new SamlRefused('no-subject', 'the subject has no NameID in clear');
  const nameId = {
    value: textOf(only(subject, 'NameID')),
    format: attribute(element, 'Format'),
    nameQualifier: attribute(element, 'NameQualifier'),
    spNameQualifier: attribute(element, 'SPNameQualifier'),
  };
  if (nameId.value === '' || nameId.value.length > 500)
    throw new SamlRefused('no-subject', 'the NameID is empty or too long');
  if (nameId.format === `${nameIdFormats}transient`)
    throw new SamlRefused('no-subject', 'the NameID is transient: another one at every sign-in');
  return nameId;
}

function readAuthentication(assertion: XmlElement, { now, authenticatedAfter }: Expected) {
  const statement = children(assertion, 'assertion', 'AuthnStatement')[0];
  if (!statement) throw new SamlRefused('malformed', 'the assertion has no AuthnStatement');
  const sessionEndsAt = readTime(statement, 'SessionNotOnOrAfter');
  if (sessionEndsAt && sessionEndsAt <= now)
    throw new SamlRefused('expired', `the session at the identity provider ended at ${sessionEndsAt.toISOString()}`);
  const authenticatedAt = readTime(statement, 'AuthnInstant');
  if (authenticatedAfter && (authenticatedAt?.getTime() ?? 0) + clockSkewMs < authenticatedAfter.getTime())
    throw new SamlRefused('not-fresh', `AuthnInstant is ${authenticatedAt?.toISOString() ?? 'missing'}`);
  const [context] = children(statement, 'assertion', 'AuthnContext');
  const [contextClass] = context ? children(context, 'assertion', 'AuthnContextClassRef') : [];
  return {
    sessionIndex: attribute(statement, 'SessionIndex'),
    sessionEndsAt,
    authenticatedAt,
    contextClass: contextClass ? textOf(contextClass) : null,
  };
}

/**
 * Checks and reads an assertion from the very bytes whose signature was verified.
 * @throws SamlRefused
 */
export function readAssertion(verifiedXml: string, expected: Expected): AssertionFacts {
  const assertion = parseXml(verifiedXml, { problem: 'malformed', what: 'the assertion' }).documentElement;
  const issuer = textOf(only(assertion, 'Issuer'));
  if (issuer !== expected.idpEntityId)
    throw new SamlRefused('wrong-issuer', `it is ${issuer.slice(0, 300)}, expected ${expected.idpEntityId}`);
  const assertionId = attribute(assertion, 'ID');
  if (!assertionId || attribute(assertion, 'Version') !== '2.0')
    throw new SamlRefused('malformed', 'the assertion has no ID or is not of version 2.0');
  const issuedAt = readTime(assertion, 'IssueInstant');
  if (!issuedAt || issuedAt.getTime() > expected.now.getTime() + clockSkewMs)
    throw new SamlRefused('not-yet-valid', `IssueInstant is ${issuedAt?.toISOString() ?? 'missing'}`);

  const conditionsEnd = checkConditions(only(assertion, 'Conditions'), expected);
  const subject = only(assertion, 'Subject');
  const confirmationEnd = checkSubject(subject, expected);
  const end = Math.min(conditionsEnd?.getTime() ?? Number.POSITIVE_INFINITY, confirmationEnd.getTime());
  return {
    assertionId,
    usableUntil: new Date(end + clockSkewMs),
    nameId: readNameId(subject),
    ...readAuthentication(assertion, expected),
    attributes: readAttributes(assertion),
  };
}
