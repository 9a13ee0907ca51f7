import { X509Certificate } from 'node:crypto';
import type { Destination } from '#contract/compliance-destinations.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type DestinationRow, findDestination, listDestinations, readPositions } from './destination-queries.ts';
import type { RecordStream } from './record-stream.ts';

/** More than this many are not counted: it is the order of magnitude that says what is wrong. */
export const mostCounted = 100_000;

export interface DestinationReading extends Pick<Services, 'db'> {
  stream: RecordStream;
}

function stateOf({ is_enabled, failing_since, last_delivered_at }: DestinationRow): Destination['state'] {
  if (!is_enabled) return 'off';
  if (failing_since !== null) return 'failing';
  return last_delivered_at === null ? 'waiting' : 'delivering';
}

function certificateOf(pem: string | null): Destination['clientCertificate'] {
  if (pem === null) return null;
  const { subject, validToDate } = new X509Certificate(pem);
  return { subject: subject.replaceAll('\n', ', '), expiresAt: validToDate.toISOString() };
}

async function readBacklog({ db, stream }: DestinationReading, row: DestinationRow) {
  const positions = await readPositions(db, row.id);
  let backlog = 0;
  let since: Date | null = null;
  for (const type of row.event_types) {
    const after = positions.get(type) ?? 0;
    const found = await stream.waiting(db, { workspaceId: row.workspace_id, type, after, limit: mostCounted });
    backlog += found.count;
    if (found.since !== null && (since === null || found.since < since)) since = found.since;
  }
  return { backlog, waitingSince: since?.toISOString() ?? null };
}

async function readDestination(reading: DestinationReading, row: DestinationRow): Promise<Destination> {
  const { settings } = row;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    address: settings.address,
    hasOwnAuthority: settings.authorityPem !== null,
    clientCertificate: certificateOf(settings.clientCertificatePem),
    headerName: settings.headerName,
    formerSecretEndsAt: settings.formerSecretEndsAt,
    eventTypes: row.event_types,
    withContent: row.with_content,
    state: stateOf(row),
    delivered: Number(row.delivered),
    lastDeliveredAt: row.last_delivered_at?.toISOString() ?? null,
    ...(await readBacklog(reading, row)),
    lastError: row.last_error,
    failingSince: row.failing_since?.toISOString() ?? null,
    triesAgainAt: row.is_enabled ? (row.try_at?.toISOString() ?? null) : null,
    createdAt: row.created_at.toISOString(),
  };
}

export async function readDestinations(reading: DestinationReading, workspaceId: string): Promise<Destination[]> {
  const items: Destination[] = [];
  for (const row of await listDestinations(reading.db, workspaceId)) items.push(await readDestination(reading, row));
  return items;
}

/** @throws ReeveError not-found */
export async function readDestinationOf(
  reading: DestinationReading,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Destination> {
  const row = await findDestination(reading.db, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { destinationId: id });
  return readDestination(reading, row);
}
