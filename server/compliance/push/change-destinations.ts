import type { z } from 'zod';
import type { complianceDestinations, Destination } from '#contract/compliance-destinations.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import {
  type DestinationRow,
  deleteDestinationRow,
  findByName,
  insertDestination,
  lockDestination,
  savePosition,
  updateDestination,
} from './destination-queries.ts';
import { noSecret, openSecret, sealSecret } from './destination-secret.ts';
import { changeSettings, noSettings } from './destination-settings.ts';
import { type DestinationReading, readDestinationOf } from './read-destinations.ts';
import { newWebhookSecret } from './sign-webhook.ts';

type Input<Name extends keyof typeof complianceDestinations> = z.output<
  NonNullable<(typeof complianceDestinations)[Name]['~orpc']['inputSchema']>
>;
export type Changing = DestinationReading & Pick<Services, 'clock' | 'secrets'>;
export interface By {
  actor: Actor;
  workspaceId: string;
}

const hourMs = 3_600_000;
const subjectOf = ({ id, name }: { id: string; name: string }) => ({ kind: 'destination', id, label: name });

async function refuseTakenName(tx: Database, workspaceId: string, { id, name }: { id: string; name: string }) {
  const found = await findByName(tx, workspaceId, name);
  if (found && found.id !== id)
    throw new ReeveError('already-exists', { name }, { message: `There is a destination called ${name} already.` });
}

async function lockOf(tx: Database, workspaceId: string, id: string): Promise<DestinationRow> {
  const row = await lockDestination(tx, workspaceId, id);
  if (!row) throw new ReeveError('not-found', { destinationId: id });
  return row;
}

/** What the audit log says of it: no secret, no certificate's text. */
const facts = ({ name, settings, event_types, with_content, is_enabled }: DestinationRow) => ({
  name,
  address: settings.address,
  headerName: settings.headerName,
  hasOwnAuthority: settings.authorityPem !== null,
  hasClientCertificate: settings.clientCertificatePem !== null,
  eventTypes: event_types,
  withContent: with_content,
  isEnabled: is_enabled,
});

/** It starts with what happens from now on, unless everything that is kept was asked for. */
export async function createDestination(
  changing: Changing,
  { actor, workspaceId }: By,
  input: Input<'createDestination'>,
): Promise<{ destination: Destination; secret: string | null }> {
  const { db, clock, streams } = changing;
  const { kind, name, eventTypes, withContent, fromStart } = input;
  const id = newId('dst');
  const at = clock();
  const webhookSecret = kind === 'webhook' ? newWebhookSecret() : null;
  const { settings, secret } = changeSettings(kind, { settings: noSettings, secret: noSecret }, input);
  const webhookSecrets = webhookSecret === null ? [] : [{ secret: webhookSecret, endsAt: null }];
  const sealed_secret = await sealSecret(changing, id, { ...secret, webhookSecrets });
  const event_types = [...new Set(eventTypes)];
  const positions = await Promise.all(
    streams.map(async ({ origin, end }) => ({ origin, position: fromStart ? 0 : await end(workspaceId) })),
  );
  await db.transaction().execute(async (tx) => {
    await refuseTakenName(tx, workspaceId, { id, name });
    await insertDestination(tx, {
      id,
      workspace_id: workspaceId,
      kind,
      name,
      settings: JSON.stringify(settings),
      sealed_secret,
      event_types: JSON.stringify(event_types),
      with_content: withContent,
      is_enabled: true,
      created_at: at,
      updated_at: at,
      last_delivered_at: null,
      failing_since: null,
      last_error: null,
      try_at: null,
      lease: null,
      lease_until: null,
    });
    for (const position of positions) await savePosition(tx, id, position);
    await record(tx, actor, 'destination.created', {
      at,
      subject: subjectOf({ id, name }),
      after: facts(await lockOf(tx, workspaceId, id)),
    });
  });
  return { destination: await readDestinationOf(changing, { workspaceId, id }), secret: webhookSecret };
}

/** A type that is added starts with what is still to be sent; what is behind stays behind. */
export async function changeDestination(
  changing: Changing,
  { actor, workspaceId }: By,
  input: Input<'updateDestination'>,
): Promise<Destination> {
  const { db, clock } = changing;
  const { id, name, eventTypes, withContent, isEnabled } = input;
  await db.transaction().execute(async (tx) => {
    const row = await lockOf(tx, workspaceId, id);
    if (name !== undefined) await refuseTakenName(tx, workspaceId, { id, name });
    const was = { settings: row.settings, secret: await openSecret(changing, row) };
    const { settings, secret } = changeSettings(row.kind, was, input);
    const at = clock();
    await updateDestination(tx, id, {
      name: name ?? row.name,
      settings: JSON.stringify(settings),
      sealed_secret: await sealSecret(changing, id, secret),
      event_types: JSON.stringify(eventTypes ? [...new Set(eventTypes)] : row.event_types),
      with_content: withContent ?? row.with_content,
      is_enabled: isEnabled ?? row.is_enabled,
      updated_at: at,
    });
    const after = await lockOf(tx, workspaceId, id);
    await record(tx, actor, 'destination.updated', {
      at,
      subject: subjectOf(after),
      before: facts(row),
      after: facts(after),
    });
  });
  return readDestinationOf(changing, { workspaceId, id });
}

/** Until the former secret ends, batches carry both signatures: the receiver changes over without losing any. */
export async function rotateSecret(
  changing: Changing,
  { actor, workspaceId }: By,
  { id, overlapHours }: Input<'rotateDestinationSecret'>,
): Promise<{ destination: Destination; secret: string }> {
  const { db, clock } = changing;
  const secret = newWebhookSecret();
  await db.transaction().execute(async (tx) => {
    const row = await lockOf(tx, workspaceId, id);
    if (row.kind !== 'webhook')
      throw new ReeveError('conflict', { destinationId: id }, { message: 'Only a webhook has a secret to rotate.' });
    const at = clock();
    const endsAt = overlapHours === 0 ? null : new Date(at.getTime() + overlapHours * hourMs).toISOString();
    const was = await openSecret(changing, row);
    const former = endsAt === null ? [] : was.webhookSecrets.slice(0, 1).map((one) => ({ ...one, endsAt }));
    await updateDestination(tx, id, {
      settings: JSON.stringify({ ...row.settings, formerSecretEndsAt: endsAt }),
      sealed_secret: await sealSecret(changing, id, { ...was, webhookSecrets: [{ secret, endsAt: null }, ...former] }),
      updated_at: at,
    });
    await record(tx, actor, 'destination.secret-rotated', {
      at,
      subject: subjectOf(row),
      after: { formerSecretEndsAt: endsAt },
    });
  });
  return { destination: await readDestinationOf(changing, { workspaceId, id }), secret };
}

export async function deleteDestination(changing: Changing, { actor, workspaceId }: By, id: string): Promise<void> {
  await changing.db.transaction().execute(async (tx) => {
    const row = await lockOf(tx, workspaceId, id);
    await deleteDestinationRow(tx, id);
    await record(tx, actor, 'destination.deleted', {
      at: changing.clock(),
      subject: subjectOf(row),
      before: { ...facts(row), delivered: Number(row.delivered) },
    });
  });
}
