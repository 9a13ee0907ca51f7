import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

/** Standard Webhooks: 24 to 64 random bytes in base64 behind `whsec_`. */
export const newWebhookSecret = (): string => `${prefix}${randomBytes(32).toString('base64')}`;

export interface WebhookMessage {
  id: string;
  /** Of this attempt: receivers refuse what is old. */
  sentAt: Date;
  body: string;
}

/** Standard Webhooks, symmetric signatures: HMAC-SHA256 of `id.timestamp.body`, one for each secret that is valid now. */
export function webhookHeaders(
  { id, sentAt, body }: WebhookMessage,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
