import { hash } from 'node:crypto';
import { hostOf } from '#server/http/certificates.ts';
import type { Services } from '#server/services.ts';
import { version } from '#server/version.ts';
import type { ComplianceRecord } from './compliance-record.ts';
import type { DestinationRow } from './destination-queries.ts';
import { type DestinationSecret, openSecret } from './destination-secret.ts';
import { otlpLogs, refusedByOtlp } from './otlp-logs.ts';
import { postBatch } from './post-batch.ts';
import { sendSyslog } from './send-syslog.ts';
import { webhookHeaders } from './sign-webhook.ts';
import { readSyslogAddress } from './syslog-address.ts';

type Destination = Pick<DestinationRow, 'id' | 'workspace_id' | 'kind' | 'settings' | 'sealed_secret'>;
type SendServices = Pick<Services, 'secrets' | 'clock' | 'origin'>;

export interface Batch {
  records: readonly ComplianceRecord[];
  /** The same for the same batch sent again, so that a receiver can tell. */
  idParts: readonly (string | number)[];
  signal?: AbortSignal;
}

/** What has not ended: the present secret, and the former one during a rotation. */
const validSecrets = ({ webhookSecrets }: DestinationSecret, now: Date): string[] =>
  webhookSecrets.filter(({ endsAt }) => endsAt === null || new Date(endsAt) > now).map(({ secret }) => secret);

async function sendWebhook(services: SendServices, destination: Destination, { records, idParts, signal }: Batch) {
  const now = services.clock();
  const { settings, id } = destination;
  const body = JSON.stringify({
    type: 'reeve.compliance.records',
    timestamp: now.toISOString(),
    data: { workspace_id: destination.workspace_id, records },
  });
  const messageId = `msg_${hash('sha256', JSON.stringify([id, ...idParts]), 'base64url').slice(0, 27)}`;
  const secret = await openSecret(services, destination);
  await postBatch(settings.address, {
    headers: webhookHeaders({ id: messageId, sentAt: now, body }, validSecrets(secret, now)),
    body,
    authorityPem: settings.authorityPem,
    now,
    ...(signal && { signal }),
  });
  return null;
}

async function sendOtlp(services: SendServices, destination: Destination, { records, signal }: Batch) {
  const now = services.clock();
  const { settings, workspace_id: workspaceId } = destination;
  const { headerValue } = await openSecret(services, destination);
  const origin = { workspaceId, hostname: hostOf(services.origin), version };
  const answer = await postBatch(settings.address, {
    headers: settings.headerName !== null && headerValue !== null ? { [settings.headerName]: headerValue } : {},
    body: JSON.stringify(otlpLogs(records, origin, now)),
    authorityPem: settings.authorityPem,
    now,
    ...(signal && { signal }),
  });
  return refusedByOtlp(answer);
}

async function sendBySyslog(services: SendServices, destination: Destination, { records, signal }: Batch) {
  const { address, authorityPem, clientCertificatePem } = destination.settings;
  const { clientKeyPem } = await openSecret(services, destination);
  const place = { ...readSyslogAddress(address), authorityPem, clientCertificatePem, clientKeyPem };
  await sendSyslog(place, records, { hostname: hostOf(services.origin), ...(signal && { signal }) });
  return null;
}

const senders = { syslog: sendBySyslog, webhook: sendWebhook, otlp: sendOtlp };

/**
 * Sends records in their order. Returns once the other side has them.
 * @returns what the administrator should know although it was taken, or null
 * @throws DeliveryFailed
 */
export const sendRecords = (services: SendServices, destination: Destination, batch: Batch): Promise<string | null> =>
  senders[destination.kind](services, destination, batch);
