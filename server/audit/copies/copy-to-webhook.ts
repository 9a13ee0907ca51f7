import { createHmac } from 'node:crypto';
import type { AuditConfig } from '#server/config.ts';
import { type CheckpointCopy, copyName } from './copy-checkpoint.ts';

const answersWithinMs = 10_000;

/** POSTs the checkpoint, signed with the shared secret as Standard Webhooks 1.0 says; the checkpoint itself is signed with our key. */
export async function copyToWebhook(
  { url, secret }: NonNullable<AuditConfig['copyWebhook']>,
  copy: CheckpointCopy,
  now: Date,
): Promise<void> {
  const id = `checkpoint/${copyName(copy)}`;
  const timestamp = Math.floor(now.getTime() / 1000);
  const body = JSON.stringify({ type: 'audit.checkpoint', timestamp: now.toISOString(), data: copy });
  const signature = createHmac('sha256', secret.reveal()).update(`${id}.${timestamp}.${body}`).digest('base64');
  const answer = await fetch(url.reveal(), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${signature}`,
    },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(answersWithinMs),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`The webhook answered ${answer.status}.`);
}
