import { redacted } from '#server/secret-text.ts';

/** Fields whose value is a secret whatever it looks like. Compared without case, dashes and underscores. */
const secretFields = new Set(
  [
    'authorization',
    'proxyAuthorization',
    'cookie',
    'cookies',
    'setCookie',
    'password',
    'newPassword',
    'currentPassword',
    'passphrase',
    'secret',
    'clientSecret',
    'token',
    'accessToken',
    'refreshToken',
    'idToken',
    'personalAccessToken',
    'apiKey',
    'xApiKey',
    'openaiApiKey',
    'privateKey',
    'keyPem',
    'masterKey',
    'smtpUrl',
    'databaseUrl',
    'assertion',
    'subjectToken',
    'codeVerifier',
    'userCode',
    'deviceCode',
    'authorizationCode',
    'xReevePolicy',
  ].map(plain),
);

function plain(field: string): string {
  return field.toLowerCase().replaceAll(/[-_]/g, '');
}

/** What a secret looks like inside any text, and what stays of it: enough to tell which kind it was. */
const shapes: readonly [pattern: RegExp, replacement: string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, `${redacted} (private key)`],
  // JWS and JWE in compact form (RFC 7515, 7516): every header is a JSON object, so all begin alike.
  [/\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){1,4}/g, redacted],
  [/\b(Bearer|Basic|DPoP)(\s+|%20)[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${redacted}`],
  [/\b(sk|rk|at|rt|pat|ghp|gho|ghs|xoxb|xoxp)([-_])[A-Za-z0-9_-]{12,}/g, `$1$2${redacted}`],
  [/(:\/\/)[^\s/@"']+@/g, `$1${redacted}@`],
  [
    /([?&#\s"';,]|^)((?:access_|refresh_|id_|subject_|csrf_)?token|code|user_code|device_code|password|client_secret|secret|api_?key|code_verifier|session|ticket)=[^&\s"';,]+/gi,
    `$1$2=${redacted}`,
  ],
  // A JSON body that was kept as text.
  [
    /("(?:\w*token|\w*password|passphrase|\w*secret|\w*api_?key|(?:user|device|authorization)_code|code_verifier|assertion|authorization)"\s*:\s*")[^"]+/gi,
    `$1${redacted}`,
  ],
  [/((?:set-)?cookie:\s*)[^\r\n"]+/gi, `$1${redacted}`],
];

export const redactText = (text: string): string =>
  shapes.reduce((kept, [pattern, replacement]) => kept.replace(pattern, replacement), text);

/** A copy without secrets: of secret fields only that there was something, of any other text only what is no secret by its shape. */
export function redactDeep(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactDeep);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      const isHidden = secretFields.has(plain(field)) && inner !== null && inner !== '' && typeof inner !== 'boolean';
      return [redactText(field), isHidden ? redacted : redactDeep(inner)];
    }),
  );
}

/**
 * What every secret of the two lists above has in or beside it. Most lines have none of these and need no second look, which is five
 * times dearer than writing them.
 */
const suspicious =
  /authorization|cookie|pass|secret|key|token\\?["=]|code\\?["=]|verifier|assertion|smtp|database|policy"|session=|ticket=|bearer|basic|dpop|eyJ|:\/\/|\b(?:sk|rk|at|rt|pat|gh[pos]|xox[bp])[-_]/i;

/** Redacts a line of JSON after it was serialised, so that nothing a caller logs, however nested, can get past. */
export function redactLine(line: string): string {
  if (!suspicious.test(line)) return line;
  try {
    return `${JSON.stringify(redactDeep(JSON.parse(line)))}\n`;
  } catch {
    return redactText(line);
  }
}
