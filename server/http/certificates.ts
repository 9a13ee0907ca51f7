import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Logger } from 'pino';
import type { Config } from '#server/config.ts';
import { openAuthority } from './local-authority.ts';
import { readOwnCertificate } from './own-certificate.ts';

interface ServingCertificate {
  certificatePem: string;
  keyPem: string;
  expiresAt: Date;
}

/** Where certificates come from: Reeve's local authority, or the operator's files. */
interface CertificateSource {
  current(now: Date): Promise<ServingCertificate>;
  authorityPem: string | null;
}

export interface CertificateOptions {
  config: Pick<Config, 'dataFolder' | 'tls'>;
  /** The host name or address in REEVE_URL. */
  host: string;
  clock: () => Date;
  log: Logger;
  /** Foreign names to answer for as well, signed by an authority of their own that only machines in proxy mode trust. */
  extraNames?: readonly string[];
}

interface RenewableServer {
  setSecureContext(options: { cert: string; key: string; minVersion: 'TLSv1.2' }): void;
}

export interface Certificates {
  /** For `https.createServer`. */
  tlsOptions(): {
    cert: string;
    key: string;
    minVersion: 'TLSv1.2';
    SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => void;
  };
  /** What clients have to trust; null with an own certificate. */
  authorityPem: string | null;
  /** What machines in proxy mode have to trust besides; null without `extraNames`. */
  extraAuthorityPem: string | null;
  expiresAt(): Date;
  /** Renews or reloads what is due now and gives it to the servers; a certificate that cannot be used is logged and not taken. */
  refresh(): Promise<'unchanged' | 'renewed' | 'refused'>;
  /** Keeps this server's certificate fresh until `close`. */
  attach(server: RenewableServer): void;
  close(): void;
}

const dayMs = 86_400_000;
const renewBeforeMs = 30 * dayMs;
const warnBeforeMs = 14 * dayMs;
const refreshEveryMs = 60_000;

/** An address in a URL wears brackets; certificates know it without. */
export const hostOf = (origin: string): string => new URL(origin).hostname.replace(/^\[(.*)\]$/, '$1');

async function authoritySource(
  { config, clock, log }: CertificateOptions,
  { name, title, names }: { name: string; title: string; names: readonly string[] },
): Promise<CertificateSource> {
  const folder = join(config.dataFolder, 'tls');
  const authority = await openAuthority(
    { folder, name, title },
    {
      names,
      now: clock(),
      onReplaced: (why) =>
        log.warn(
          { folder, why },
          `made a new certificate authority because of the old one: ${why}; clients must join again`,
        ),
    },
  );
  let leaf: ServingCertificate | null = null;
  return {
    authorityPem: authority.certificatePem,
    async current(now) {
      const isFresh = leaf !== null && leaf.expiresAt.getTime() - now.getTime() > renewBeforeMs;
      if (!leaf || !isFresh) leaf = await authority.issue(names, now);
      return leaf;
    },
  };
}

const localNames = (host: string) => [...new Set([host, 'localhost', '127.0.0.1', '::1'])];

function mainSource(options: CertificateOptions): Promise<CertificateSource> {
  const { tls } = options.config;
  const { host } = options;
  if (!tls) return authoritySource(options, { name: 'ca', title: `Reeve at ${host}`, names: localNames(host) });
  return Promise.resolve({ authorityPem: null, current: (now: Date) => readOwnCertificate(tls, { host, now }) });
}

/**
 * The certificates this process serves with. Throws when the configured one cannot be used; later, when its file is replaced by one
 * that cannot, the former stays in use.
 */
export async function openCertificates(options: CertificateOptions): Promise<Certificates> {
  const { clock, log, extraNames = [] } = options;
  const main = await mainSource(options);
  const extra =
    extraNames.length === 0
      ? null
      : await authoritySource(options, {
          name: 'proxy-ca',
          title: `Reeve proxy at ${options.host}`,
          names: extraNames,
        });
  let serving = await main.current(clock());
  let extraServing = extra ? await extra.current(clock()) : null;
  let extraContext = extraServing ? contextOf(extraServing) : undefined;
  const servers = new Set<RenewableServer>();
  let reported: string | null = null;
  let warnedOf: number | null = null;

  const secureOptions = () => ({ cert: serving.certificatePem, key: serving.keyPem, minVersion: 'TLSv1.2' as const });

  function warnBeforeExpiry({ expiresAt }: ServingCertificate) {
    const isDue = expiresAt.getTime() - clock().getTime() < warnBeforeMs;
    if (isDue && warnedOf !== expiresAt.getTime()) {
      log.warn(
        { expiresAt },
        'the server certificate expires soon; install a renewed one, Reeve takes it without a restart',
      );
      warnedOf = expiresAt.getTime();
    }
  }

  async function refresh(): Promise<'unchanged' | 'renewed' | 'refused'> {
    try {
      const next = await main.current(clock());
      const nextExtra = extra ? await extra.current(clock()) : null;
      const isSame = next.certificatePem === serving.certificatePem && next.keyPem === serving.keyPem;
      if (nextExtra && nextExtra !== extraServing) {
        extraServing = nextExtra;
        extraContext = contextOf(nextExtra);
      }
      warnBeforeExpiry(next);
      if (isSame) return 'unchanged';
      reported = null;
      serving = next;
      for (const server of servers) server.setSecureContext(secureOptions());
      log.info({ expiresAt: next.expiresAt }, 'serving with a renewed certificate');
      return 'renewed';
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== reported)
        log.error(
          { err: error, servingUntil: serving.expiresAt },
          'the certificate cannot be renewed; the former one stays in use',
        );
      reported = problem;
      return 'refused';
    }
  }

  warnBeforeExpiry(serving);
  const timer = setInterval(() => void refresh(), refreshEveryMs);
  timer.unref();
  return {
    tlsOptions: () => ({
      ...secureOptions(),
      SNICallback: (name, done) => done(null, extraNames.includes(name.toLowerCase()) ? extraContext : undefined),
    }),
    authorityPem: main.authorityPem,
    extraAuthorityPem: extra?.authorityPem ?? null,
    expiresAt: () => serving.expiresAt,
    refresh,
    attach: (server) => void servers.add(server),
    close: () => {
      clearInterval(timer);
      servers.clear();
    },
  };
}

const contextOf = ({ certificatePem, keyPem }: ServingCertificate) =>
  createSecureContext({ cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' });
