import type { Destination, DestinationKind, PushedType } from '#contract/compliance-destinations.ts';

export interface DestinationDraft {
  kind: DestinationKind;
  name: string;
  address: string;
  eventTypes: PushedType[];
  withContent: boolean;
  fromStart: boolean;
  authorityPem: string;
  certificatePem: string;
  keyPem: string;
  headerName: string;
  headerValue: string;
}

export const newDraft = (destination?: Destination): DestinationDraft => ({
  kind: destination?.kind ?? 'syslog',
  name: destination?.name ?? '',
  address: destination?.address ?? '',
  eventTypes: destination?.eventTypes ?? ['CODEX_LOG', 'AUDIT_LOG', 'AUTH_LOG'],
  withContent: destination?.withContent ?? false,
  fromStart: false,
  authorityPem: '',
  certificatePem: '',
  keyPem: '',
  headerName: destination?.headerName ?? '',
  headerValue: '',
});

/** What is sent: a secret that was left empty stays as it is. */
export function settingsOf(draft: DestinationDraft, before?: Destination) {
  const { kind, name, address, eventTypes, withContent, authorityPem, certificatePem, keyPem } = draft;
  const header = { name: draft.headerName.trim(), value: draft.headerValue.trim() };
  const isHeaderGone = Boolean(before?.headerName) && header.name === '';
  return {
    name: name.trim(),
    address: address.trim(),
    eventTypes,
    withContent,
    ...(authorityPem.trim() !== '' && { authorityPem: authorityPem.trim() }),
    ...(kind === 'syslog' && certificatePem.trim() !== '' && { clientCertificatePem: certificatePem.trim() }),
    ...(kind === 'syslog' && keyPem.trim() !== '' && { clientKeyPem: keyPem.trim() }),
    ...(kind === 'otlp' && header.value !== '' && { header }),
    ...(isHeaderGone && { header: null }),
  };
}
