import type { client } from '#console/api.ts';
import { isAtLeast } from '#contract/client-versions.ts';
import type { EstateClient } from '#contract/estate.ts';

export type EstateFigures = Awaited<ReturnType<typeof client.estate.summary>>;

/** What an address and a filter call a client that tells no version. */
export const unknownVersion = 'unknown';

/** The newest first; what tells no version comes last. */
export const byVersion = (versions: EstateFigures['versions']): EstateFigures['versions'] =>
  versions.toSorted((one, other) => {
    if (one.version === null || other.version === null) return one.version === null ? 1 : -1;
    if (one.version === other.version) return 0;
    return isAtLeast(one.version, other.version) ? -1 : 1;
  });

export const nameOfPolicy = (
  { policyName, policyRevision }: Pick<EstateClient, 'policyName' | 'policyRevision'>,
  isKnown: boolean,
): string => {
  if (!isKnown) return 'not known';
  return policyName === null ? 'no policy' : `${policyName}, version ${policyRevision}`;
};

const header = [
  'name',
  'email',
  'client',
  'surface',
  'version',
  'below minimum',
  'policy',
  'policy is current',
  'reports',
  'last seen (UTC)',
];

const yesNo = (is: boolean | null): string => (is === null ? '' : is ? 'yes' : 'no');

/** As rows of a CSV, with a header; times in UTC. */
export const csvRows = (clients: readonly EstateClient[]): string[][] => [
  header,
  ...clients.map((row) => [
    row.memberName,
    row.memberEmail,
    row.client,
    row.surface,
    row.version ?? '',
    yesNo(row.isBelowMinimum),
    nameOfPolicy(row, row.isPolicyCurrent !== null),
    yesNo(row.isPolicyCurrent),
    yesNo(row.reportsTelemetry),
    row.lastSeenAt,
  ]),
];
