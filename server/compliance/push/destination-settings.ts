import type { DestinationKind } from '#contract/compliance-destinations.ts';
import type { DestinationSettings } from '#server/db/destination-tables.ts';
import { badField, readCertificate, refuseBadAddress, refuseBadHeader, refuseOtherKey } from './check-destination.ts';
import type { DestinationSecret } from './destination-secret.ts';

/** What an administrator gives; left out: as it was. */
export interface GivenSettings {
  address?: string | undefined;
  authorityPem?: string | null | undefined;
  clientCertificatePem?: string | null | undefined;
  clientKeyPem?: string | null | undefined;
  header?: { name: string; value: string } | null | undefined;
}

export interface Reached {
  settings: DestinationSettings;
  secret: DestinationSecret;
}

function withCertificate(
  { settings, secret }: Reached,
  { clientCertificatePem, clientKeyPem }: GivenSettings,
): Reached {
  if (clientCertificatePem === undefined && clientKeyPem === undefined) return { settings, secret };
  const certificate = clientCertificatePem === undefined ? settings.clientCertificatePem : clientCertificatePem;
  if (certificate === null)
    return { settings: { ...settings, clientCertificatePem: null }, secret: { ...secret, clientKeyPem: null } };
  const key = clientKeyPem ?? secret.clientKeyPem;
  if (key === null) throw badField('clientKeyPem', 'Give the private key of the certificate.');
  refuseOtherKey(certificate, key);
  return { settings: { ...settings, clientCertificatePem: certificate }, secret: { ...secret, clientKeyPem: key } };
}

function withHeader({ settings, secret }: Reached, { header }: GivenSettings): Reached {
  if (header === undefined) return { settings, secret };
  if (header !== null) refuseBadHeader(header);
  return {
    settings: { ...settings, headerName: header?.name ?? null },
    secret: { ...secret, headerValue: header?.value ?? null },
  };
}

const isSamePlace = (kind: DestinationKind, one: string, other: string): boolean => {
  if (kind === 'syslog') return one === other;
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
};

/**
 * Settings and secrets after a change. What authenticates to one place is not sent to another: with a new address the header's value has
 * to be given again.
 * @throws ReeveError bad-input with the field
 */
export function changeSettings(kind: DestinationKind, was: Reached, given: GivenSettings): Reached {
  const { address = was.settings.address, authorityPem = was.settings.authorityPem } = given;
  refuseBadAddress(kind, address);
  if (authorityPem !== null) readCertificate('authorityPem', authorityPem);
  if (kind !== 'syslog' && given.clientCertificatePem)
    throw badField('clientCertificatePem', 'Only syslog takes a client certificate.');
  if (kind !== 'otlp' && given.header)
    throw badField('header', 'Only OTLP takes a header; a webhook is signed instead.');
  const moved = was.settings.address !== '' && !isSamePlace(kind, was.settings.address, address);
  if (moved && was.secret.headerValue !== null && given.header === undefined)
    throw badField('header', 'Give the header again: its value was meant for the former address.');
  const placed: Reached = { settings: { ...was.settings, address, authorityPem }, secret: was.secret };
  return withHeader(withCertificate(placed, given), given);
}

export const noSettings: DestinationSettings = {
  address: '',
  authorityPem: null,
  clientCertificatePem: null,
  headerName: null,
  formerSecretEndsAt: null,
};
