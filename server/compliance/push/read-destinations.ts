import { X509Certificate } from 'node:crypto';
import type { Destination } from '#contract/compliance-destinations.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type DestinationRow, findDestination, listDestinations, readPositions } from './destination-queries.ts';
import type { RecordStream } from './record-stream.ts';

export interface DestinationReading extends Pick<Services, 'db'> {
  streams: readonly RecordStream[];
}

/** So many are looked at one by one; of more it is the order of magnitude that says what is wrong. */
const mostLookedAt = 500;

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

async function readBacklog({ db, streams }: DestinationReading, row: DestinationRow) {
  const positions = await readPositions(db, row.id);
  let backlog = 0;
  let since: string | null = null;
  for (const stream of streams) {
    const after = positions.get(stream.origin) ?? 0;
    const part = { workspaceId: row.workspace_id, after, limit: mostLookedAt, withContent: false };
    const { records, readTo } = await stream.read(db, part);
    const waiting = records.filter(({ record }) => row.event_types.some((type) => type === record.type));
    const isAll = readTo === after || readTo >= (await stream.end(row.workspace_id));
    backlog += isAll ? waiting.length : Math.max(waiting.length, (await stream.end(row.workspace_id)) - after);
    const oldest = waiting[0]?.record.timestamp;
    if (oldest !== undefined && (since === null || oldest < since)) since = oldest;
  }
  return { backlog, waitingSince: since === null ? null : new Date(since).toISOString() };
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
