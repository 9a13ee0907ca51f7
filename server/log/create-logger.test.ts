import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createLogger } from './create-logger.ts';
import { newRequestId, withRequestId } from './request-id.ts';

function loggerTo(lines: string[], format: 'json' | 'pretty' = 'json') {
  return createLogger({ level: 'trace', format }, { write: (line) => void lines.push(line) });
}

const canary = () => randomBytes(18).toString('base64url');

const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');

/** Each puts a secret somewhere it could come from. */
const leaks: [where: string, leak: (secret: string) => unknown[]][] = [
  ['a header', (secret) => [{ headers: { Authorization: `Bearer ${secret}` } }]],
  ['a header list', (secret) => [{ rawHeaders: ['authorization', `Basic ${secret}`] }]],
  ['a cookie', (secret) => [{ request: { headers: { cookie: `reeve=${secret}` } } }]],
  ['cookies that are set', (secret) => [{ 'set-cookie': [`reeve=${secret}; HttpOnly`] }]],
  ['a password deep inside', (secret) => [{ input: { member: [{ credentials: { newPassword: secret } }] } }]],
  ['snake case', (secret) => [{ body: { refresh_token: secret, client_secret: secret } }]],
  ['an access token in the message', (secret) => [`signed in with at-${secret}`]],
  ['an API key in a value', (secret) => [{ note: `upstream sk-${secret} refused` }]],
  ['a key of the workspace', (secret) => [{ note: `sent rk-${secret}` }]],
  ['a key of ours', (secret) => [{ note: `sk-reeve-${secret}` }]],
  ['a JWT', (secret) => [{ note: `${part({ alg: 'RS256' })}.${part({ sub: 'x' })}.${secret}` }]],
  ['a JWE', (secret) => [{ note: `${part({ alg: 'A256GCMKW' })}.${secret}.${secret}.${secret}.${secret}` }]],
  ['a URL with credentials', (secret) => [{ url: `postgres://reeve:${secret}@db/reeve` }]],
  ['a query', (secret) => [{ url: `/auth/callback?state=1&code=${secret}` }]],
  ['a form', (secret) => [`grant_type=refresh_token&refresh_token=${secret}&client_id=app`]],
  ['a body kept as text', (secret) => [{ body: JSON.stringify({ grant_type: 'x', refresh_token: secret }) }]],
  ['a private key', (secret) => [`-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`]],
  ['an error', (secret) => [{ err: new Error(`could not use Bearer ${secret}`) }]],
  ['the cause of an error', (secret) => [new Error('failed', { cause: new Error(`at-${secret}`) })]],
  [
    'fields of an error',
    (secret) => [Object.assign(new Error('failed'), { response: { headers: { 'x-api-key': secret } } })],
  ],
  ['the name of a field', (secret) => [{ [`at-${secret}`]: 1 }]],
];

test.each(leaks)('a secret in %s is not logged', (_where, leak) => {
  for (const format of ['json', 'pretty'] as const) {
    const lines: string[] = [];
    const secret = canary();
    loggerTo(lines, format).error(...(leak(secret) as [object]));
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(secret);
    expect(lines[0]).toContain('***');
  }
});

test('secrets bound to a child logger are not logged', () => {
  const lines: string[] = [];
  const secret = canary();
  loggerTo(lines)
    .child({ token: secret, via: `Bearer ${secret}` })
    .info('x');
  expect(lines[0]).not.toContain(secret);
});

test('what is no secret stays readable', () => {
  const lines: string[] = [];
  loggerTo(lines).info(
    {
      path: '/api/members?page=2',
      tokens: 1234,
      inputTokens: 7,
      memberId: 'mem_01a2',
      at: '2026-11-22',
      isTokenKnown: true,
    },
    'a client asked',
  );
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'a client asked',
    path: '/api/members?page=2',
    tokens: 1234,
    inputTokens: 7,
    memberId: 'mem_01a2',
    at: '2026-11-22',
    isTokenKnown: true,
  });
});

test('lines of a request carry its id, also after awaiting; others carry none', async () => {
  const lines: string[] = [];
  const log = loggerTo(lines);
  const requestId = newRequestId();
  await withRequestId(requestId, async () => {
    await Promise.resolve();
    log.info('within');
  });
  log.info('outside');
  expect(lines.map((line) => JSON.parse(line).requestId)).toEqual([requestId, undefined]);
});

test('pretty lines show time, level, message, fields and the stack', () => {
  const lines: string[] = [];
  loggerTo(lines, 'pretty').warn({ err: new Error('disk full'), folder: '/data', left: 0 }, 'cannot write');
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} warn {2}cannot write folder=\/data left=0\n {4}Error: disk full\n {4} +at /,
  );
});
