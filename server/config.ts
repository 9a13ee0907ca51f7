import { join, resolve } from 'node:path';
import type { z } from 'zod';
import type { ListenAddress } from './config-values.ts';
import { type Environment, environment, type VariableName, variables } from './config-variables.ts';
import type { MasterKeySource } from './crypto/master-key.ts';
import type { SecretText } from './secret-text.ts';

export interface AuditConfig {
  checkpointMs: number;
  checkpointEntries: number;
  copyFolder: string | null;
  copyWebhook: { url: SecretText; secret: SecretText } | null;
  timeStampUrl: SecretText | null;
}

export interface Config {
  dataFolder: string;
  /** Where encrypted files lie. */
  blobsFolder: string;
  /** Where the stock clients for proofs are, one package per version. */
  clientsFolder: string;
  /** The example organisation (`--demo`): everything in it is invented, and the console says so. */
  isExample: boolean;
  /** The public origin, or null where it follows from the port the system will choose; see `publicOrigin`. */
  url: string | null;
  listen: ListenAddress;
  /** Null: the embedded database in `dataFolder`. */
  databaseUrl: SecretText | null;
  /** Null: Reeve's local authority signs a certificate. */
  tls: { certificateFile: string; keyFile: string } | null;
  masterKey: MasterKeySource;
  trustedProxies: readonly string[];
  /** What calls leave from, as git servers see it. */
  egressRanges: readonly string[];
  log: { level: NonNullable<Environment['REEVE_LOG_LEVEL']>; format: NonNullable<Environment['REEVE_LOG_FORMAT']> };
  /** Null: off. */
  metricsListen: ListenAddress | null;
  /** Also answer for the client's fixed vendor names, for machines that come through `reeve proxy`. */
  answersVendorNames: boolean;
  /** Null: links are shown instead of mailed. */
  mail: { smtpUrl: SecretText; from: string } | null;
  audit: AuditConfig;
  /** Whether this machine runs tasks itself; auto: with the embedded database. */
  embeddedRunner: 'on' | 'off' | 'auto';
  shutdownTimeoutMs: number;
  gateway: { maxBodyBytes: number; upstreamTimeoutMs: number; idleTimeoutMs: number };
}

/** The environment is wrong. The message lists every problem, one a line. */
export class ConfigRefused extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Reeve cannot start with these settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigRefused';
    this.problems = problems;
  }
}

const nameOf = (path: readonly PropertyKey[]) => String(path[0]) as VariableName;

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => {
    const name = nameOf(path);
    return `${name}: ${message}. For example: ${name}=${variables.find((variable) => variable.name === name)?.example ?? ''}`;
  });
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.');
export const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

/** Problems that only show when several variables are seen together. */
function combinationProblems(set: Readonly<Partial<Environment>>): string[] {
  const listen = set.REEVE_LISTEN;
  const rules: [broken: boolean, problem: string][] = [
    [
      Boolean(set.REEVE_TLS_CERT) && !set.REEVE_TLS_KEY,
      'REEVE_TLS_KEY: is missing. REEVE_TLS_CERT is set; name the file of its private key too, or unset both',
    ],
    [
      !set.REEVE_TLS_CERT && Boolean(set.REEVE_TLS_KEY),
      'REEVE_TLS_CERT: is missing. REEVE_TLS_KEY is set; name the file of its certificate too, or unset both',
    ],
    [
      Boolean(set.REEVE_MASTER_KEY) && Boolean(set.REEVE_MASTER_KEY_FILE),
      'REEVE_MASTER_KEY_FILE: is set beside REEVE_MASTER_KEY. Keep one of the two',
    ],
    [
      Boolean(set.REEVE_SMTP_URL) && !set.REEVE_MAIL_FROM,
      'REEVE_MAIL_FROM: is missing. REEVE_SMTP_URL is set; name the sender, for example: REEVE_MAIL_FROM=Reeve <reeve@example.com>',
    ],
    [
      Boolean(set.REEVE_AUDIT_COPY_URL) !== Boolean(set.REEVE_AUDIT_COPY_SECRET),
      'REEVE_AUDIT_COPY_SECRET: belongs to REEVE_AUDIT_COPY_URL. Set both, or neither',
    ],
    [
      listen !== undefined && !set.REEVE_URL && isWildcard(listen.host),
      'REEVE_URL: is missing. REEVE_LISTEN accepts other machines; say which https address they use, for example: REEVE_URL=https://reeve.example.com',
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => problem);
}

const loopbackPort = (port: number): ListenAddress => ({ host: '127.0.0.1', port });

const originOf = ({ host, port }: ListenAddress): string => {
  const name = isLoopback(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return new URL(`https://${name}:${port}`).origin;
};

/** The public origin; with port 0, of the port that the system chose. */
export const publicOrigin = ({ url, listen }: Pick<Config, 'url' | 'listen'>, actualPort: number): string =>
  url ?? originOf({ host: listen.host, port: actualPort });

function tlsOf({ REEVE_TLS_CERT, REEVE_TLS_KEY }: Environment): Config['tls'] {
  return REEVE_TLS_CERT && REEVE_TLS_KEY
    ? { certificateFile: resolve(REEVE_TLS_CERT), keyFile: resolve(REEVE_TLS_KEY) }
    : null;
}

function masterKeyOf({ REEVE_MASTER_KEY, REEVE_MASTER_KEY_FILE }: Environment, dataFolder: string): MasterKeySource {
  if (REEVE_MASTER_KEY) return { from: 'environment', keys: REEVE_MASTER_KEY };
  if (REEVE_MASTER_KEY_FILE) return { from: 'file', path: resolve(REEVE_MASTER_KEY_FILE), createIfMissing: false };
  return { from: 'file', path: join(dataFolder, 'keys', 'master.key'), createIfMissing: true };
}

function auditOf(set: Environment): AuditConfig {
  const { REEVE_AUDIT_COPY_URL: url, REEVE_AUDIT_COPY_SECRET: secret } = set;
  return {
    checkpointMs: (set.REEVE_AUDIT_CHECKPOINT_MINUTES ?? 10) * 60_000,
    checkpointEntries: set.REEVE_AUDIT_CHECKPOINT_ENTRIES ?? 1_000,
    copyFolder: set.REEVE_AUDIT_COPY_FOLDER ? resolve(set.REEVE_AUDIT_COPY_FOLDER) : null,
    copyWebhook: url && secret ? { url, secret } : null,
    timeStampUrl: set.REEVE_AUDIT_TIME_STAMP_URL ?? null,
  };
}

function toConfig(set: Environment): Config {
  const dataFolder = resolve(set.REEVE_DATA ?? 'data');
  const listen = set.REEVE_LISTEN ?? loopbackPort(8443);
  const metrics = set.REEVE_METRICS_LISTEN ?? loopbackPort(9464);
  const { REEVE_SMTP_URL: smtpUrl, REEVE_MAIL_FROM: from } = set;
  return {
    dataFolder,
    clientsFolder: set.REEVE_CLIENTS_FOLDER ? resolve(set.REEVE_CLIENTS_FOLDER) : join(dataFolder, 'clients'),
    blobsFolder: set.REEVE_BLOBS_FOLDER ? resolve(set.REEVE_BLOBS_FOLDER) : join(dataFolder, 'blobs'),
    isExample: false,
    url: set.REEVE_URL ?? (listen.port === 0 ? null : originOf(listen)),
    listen,
    databaseUrl: set.REEVE_DATABASE_URL ?? null,
    tls: tlsOf(set),
    masterKey: masterKeyOf(set, dataFolder),
    trustedProxies: set.REEVE_TRUSTED_PROXIES ?? [],
    egressRanges: set.REEVE_EGRESS_RANGES ?? [],
    log: { level: set.REEVE_LOG_LEVEL ?? 'info', format: set.REEVE_LOG_FORMAT ?? 'auto' },
    metricsListen: metrics === 'off' ? null : metrics,
    answersVendorNames: set.REEVE_VENDOR_NAMES === 'on',
    mail: smtpUrl && from ? { smtpUrl, from } : null,
    audit: auditOf(set),
    embeddedRunner: set.REEVE_EMBEDDED_RUNNER ?? 'auto',
    shutdownTimeoutMs: (set.REEVE_SHUTDOWN_TIMEOUT_SECONDS ?? 30) * 1000,
    gateway: {
      maxBodyBytes: set.REEVE_GATEWAY_MAX_BODY_BYTES ?? 32 * 1024 * 1024,
      upstreamTimeoutMs: (set.REEVE_GATEWAY_UPSTREAM_TIMEOUT_SECONDS ?? 300) * 1000,
      idleTimeoutMs: (set.REEVE_GATEWAY_IDLE_TIMEOUT_SECONDS ?? 300) * 1000,
    },
  };
}

type Variables = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as not set: that is how unit files and compose files leave one out. */
const withoutEmpty = (env: Variables) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));

/**
 * The settings of this process.
 * @throws ConfigRefused with every problem, when any value is wrong
 */
export function readConfig(env: Variables = process.env): Config {
  const given = withoutEmpty(env);
  const read = environment.safeParse(given);
  if (!read.success) {
    // What is unreadable counts as set, so that one wrong value is not reported a second time as missing.
    const present = Object.fromEntries(
      Object.keys(given).map((name) => [
        name,
        environment.shape[name as VariableName]?.safeParse(given[name]).data ?? given[name],
      ]),
    );
    throw new ConfigRefused([...problemsOf(read.error), ...combinationProblems(present)]);
  }
  const problems = combinationProblems(read.data);
  if (problems.length > 0) throw new ConfigRefused(problems);
  return toConfig(read.data);
}

/** What Kubernetes injects for a Service that is called reeve (REEVE_SERVICE_HOST, REEVE_PORT_443_TCP, …). */
const injected = /^REEVE_(SERVICE_|PORT($|_))/;

/** Variables that look like ours but are unknown, most likely misspelt; worth a warning at start. */
export function unknownVariables(env: Variables = process.env): string[] {
  const known = new Set<string>(variables.map(({ name }) => name));
  return Object.keys(env).filter((name) => name.startsWith('REEVE_') && !known.has(name) && !injected.test(name));
}

/** How the person who reads a message calls this program. */
export const programName = (env: Variables = process.env): string =>
  env.npm_lifecycle_event === 'start' ? 'npm start' : 'node server/main.ts';

/** Where programs of this machine are, for the ones that Reeve starts. */
export const programPath = (): string => process.env.PATH ?? '/usr/bin:/bin';
