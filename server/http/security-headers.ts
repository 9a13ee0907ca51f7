import { randomBytes } from 'node:crypto';

/** For one answer; nobody can know it beforehand. */
export const newCspNonce = (): string => randomBytes(16).toString('base64');

/** For documents and assets of the console. Nothing inline without the nonce, nothing from another origin. */
export const consoleHeaders = (cspNonce: string): Record<string, string> => ({
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'self'`,
    `style-src 'self' 'nonce-${cspNonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    // The OAuth approval ends in a redirect to the client's loopback listener, which form-action would block; the console
    // navigates by script instead and posts no forms anywhere else.
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  ...commonHeaders,
});

export const commonHeaders: Record<string, string> = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};
