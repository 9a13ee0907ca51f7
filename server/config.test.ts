import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigRefused, publicOrigin, readConfig, unknownVariables } from './config.ts';
import { variables } from './config-variables.ts';

function problemsWith(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigRefused) return error.problems;
    throw error;
  }
  return [];
}

test('nothing set: everything under ./data, on the loopback address', () => {
  expect(readConfig({})).toMatchObject({
    dataFolder: resolve('data'),
    url: 'https://localhost:8443',
    listen: { host: '127.0.0.1', port: 8443 },
    databaseUrl: null,
    tls: null,
    masterKey: { from: 'file', path: resolve('data/keys/master.key'), createIfMissing: true },
    metricsListen: { host: '127.0.0.1', port: 9464 },
    mail: null,
    shutdownTimeoutMs: 30_000,
  });
});

test('an empty variable is a variable that is not set', () => {
  expect(readConfig({ REEVE_URL: '', REEVE_DATABASE_URL: '  ' })).toEqual(readConfig({}));
});

test.each([
  ['REEVE_LISTEN', 'localhost', '"localhost" is not host:port'],
  ['REEVE_LISTEN', '127.0.0.1:99999', 'is not host:port'],
  ['REEVE_LISTEN', '::1:8443', 'is not host:port'],
  ['REEVE_URL', 'http://reeve.example.com', 'is not https'],
  ['REEVE_URL', 'https://reeve.example.com/console', 'here https://reeve.example.com'],
  ['REEVE_URL', 'reeve', 'is not a URL'],
  ['REEVE_DATABASE_URL', 'mysql://x', 'postgres://'],
  ['REEVE_TRUSTED_PROXIES', '10.0.0.0/8,lan', '"lan" is not an address or a range'],
  ['REEVE_LOG_LEVEL', 'loud', '"loud" is not one of trace, debug, info'],
  ['REEVE_METRICS_LISTEN', 'on', '"on" is not host:port'],
  ['REEVE_GATEWAY_MAX_BODY_BYTES', '32MB', '"32MB" is not a whole number of bytes'],
  ['REEVE_SHUTDOWN_TIMEOUT_SECONDS', '0', 'from 1 to 3600'],
  ['REEVE_MASTER_KEY', 'c2hvcnQ=', 'not 32 bytes'],
  ['REEVE_MAIL_FROM', 'nobody', '"nobody" is not a mail address'],
])('%s=%s is refused with its name, its problem and an example', (name, value, problem) => {
  const [first = ''] = problemsWith({ [name]: value });
  expect(first).toContain(`${name}: `);
  expect(first).toContain(problem);
  expect(first).toContain(`For example: ${name}=`);
});

test('every problem is listed at once, each once', () => {
  const problems = problemsWith({
    REEVE_URL: 'http://x',
    REEVE_LISTEN: '0.0.0.0:http',
    REEVE_TLS_CERT: '/tls.crt',
    REEVE_SMTP_URL: 'ftp://mail',
    REEVE_MAIL_FROM: 'Reeve <reeve@example.com>',
  });
  expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
    'REEVE_LISTEN',
    'REEVE_SMTP_URL',
    'REEVE_TLS_KEY',
    'REEVE_URL',
  ]);
});

test('settings that contradict one another are refused', () => {
  const key = randomBytes(32).toString('base64');
  expect(problemsWith({ REEVE_TLS_KEY: '/k' })).toEqual([expect.stringContaining('REEVE_TLS_CERT: is missing')]);
  expect(problemsWith({ REEVE_MASTER_KEY: key, REEVE_MASTER_KEY_FILE: '/k' })).toEqual([
    expect.stringContaining('Keep one of the two'),
  ]);
  expect(problemsWith({ REEVE_SMTP_URL: 'smtp://mail' })).toEqual([
    expect.stringContaining('REEVE_MAIL_FROM: is missing'),
  ]);
  expect(problemsWith({ REEVE_LISTEN: '0.0.0.0:443' })).toEqual([expect.stringContaining('REEVE_URL: is missing')]);
  expect(problemsWith({ REEVE_LISTEN: '0.0.0.0:443', REEVE_URL: 'https://reeve.example.com' })).toEqual([]);
});

describe('secrets', () => {
  const key = randomBytes(32).toString('base64');
  const env = {
    REEVE_DATABASE_URL: 'postgres://reeve:hunter2@db/reeve',
    REEVE_SMTP_URL: 'smtps://reeve:hunter2@mail',
    REEVE_MAIL_FROM: 'reeve@example.com',
    REEVE_MASTER_KEY: key,
  };

  test('print as ***, however the configuration is printed', () => {
    const config = readConfig(env);
    for (const printed of [
      JSON.stringify(config),
      inspect(config, { depth: null, showHidden: true }),
      `${config.databaseUrl}`,
    ]) {
      expect(printed).not.toContain('hunter2');
      expect(printed).not.toContain(key);
      expect(printed).toContain('***');
    }
    expect(config.databaseUrl?.reveal()).toBe(env.REEVE_DATABASE_URL);
  });

  test('are not repeated when they are wrong', () => {
    const refused = problemsWith({
      REEVE_DATABASE_URL: 'hunter2',
      REEVE_SMTP_URL: 'http://hunter2',
      REEVE_MAIL_FROM: 'reeve@example.com',
      REEVE_MASTER_KEY: 'hunter2',
      REEVE_URL: 'https://me:hunter2@x',
    });
    expect(refused).toHaveLength(4);
    expect(refused.join('\n')).not.toContain('hunter2');
  });
});

test.each([
  [{ REEVE_LISTEN: '127.0.0.1:0' }, 4711, 'https://localhost:4711'],
  [{ REEVE_LISTEN: '[::1]:9000' }, 9000, 'https://localhost:9000'],
  [{ REEVE_LISTEN: '[fd00::7]:443' }, 443, 'https://[fd00::7]'],
  [{ REEVE_LISTEN: 'reeve.lan:8443' }, 8443, 'https://reeve.lan:8443'],
  [{ REEVE_LISTEN: '127.0.0.1:8443', REEVE_URL: 'https://reeve.example.com/' }, 8443, 'https://reeve.example.com'],
])('%o is reached at its public origin', (env, port, origin) => {
  expect(publicOrigin(readConfig(env), port)).toBe(origin);
});

test('misspelt variables are found, those of an orchestrator are not ours', () => {
  expect(
    unknownVariables({
      REEVE_DATABSE_URL: 'x',
      REEVE_DATA: 'x',
      REEVE_PORT: 'tcp://10.0.0.1:443',
      REEVE_SERVICE_HOST: 'x',
      PATH: 'x',
    }),
  ).toEqual(['REEVE_DATABSE_URL']);
});

test('every variable is documented', () => {
  expect(variables.length).toBeGreaterThan(15);
  for (const { sentence, example, isSecret, name } of variables) {
    expect(sentence, name).toMatch(/\.$/);
    expect(example, name).not.toBe('');
    if (!isSecret)
      expect(
        problemsWith({ [name]: example }).filter((problem) => !problem.includes('is missing')),
        name,
      ).toEqual([]);
  }
});
