import type { SecureVersion } from 'node:tls';
import { type Config, isWildcard } from '#server/config.ts';
import { hostOf } from '#server/http/certificates.ts';
import { type Check, type CheckContext, ok, problem, unknown, warning } from './check.ts';
import { type Handshake, shakeHands, type TlsTarget } from './shake-hands.ts';

const dayMs = 86_400_000;
const warnBeforeDays = 14;
const versions = [
  { version: 'TLSv1', isWanted: false },
  { version: 'TLSv1.1', isWanted: false },
  { version: 'TLSv1.2', isWanted: true },
  { version: 'TLSv1.3', isWanted: true },
] as const satisfies { version: SecureVersion; isWanted: boolean }[];

/** Codes that say: there was nobody to ask. */
const unreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

/** Where this process listens, and where people and clients reach it if that is elsewhere. */
function targetsOf({ listen }: Pick<Config, 'listen'>, origin: string): { label: string; target: TlsTarget }[] {
  const url = new URL(origin);
  const name = hostOf(origin);
  const publicPort = Number(url.port || 443);
  const own = { host: isWildcard(listen.host) ? '127.0.0.1' : listen.host, port: listen.port || publicPort, name };
  const isSame = own.port === publicPort && ['localhost', '127.0.0.1', own.host].includes(name);
  return [
    { label: 'this server', target: own },
    ...(isSame ? [] : [{ label: url.host, target: { host: name, port: publicPort, name } }]),
  ];
}

async function measure({ services }: CheckContext) {
  return Promise.all(
    targetsOf(services.config, services.origin).map(async ({ label, target }) => ({
      label,
      shaken: await Promise.all(
        versions.map(async ({ version, isWanted }) => ({
          version,
          isWanted,
          found: await shakeHands(target, version),
        })),
      ),
    })),
  );
}

const inWords = (found: Handshake): string =>
  found.accepted
    ? `accepted, ${found.cipher}`
    : found.isOurs
      ? 'could not be offered from here'
      : `refused (${found.code})`;

const tlsVersions: Check = {
  id: 'tls-versions',
  title: 'Only TLS 1.2 and 1.3 are offered',
  area: 'machine',
  path: null,
  async look(context) {
    const measured = await measure(context);
    const facts = measured.flatMap(({ label, shaken }) =>
      shaken.map(({ version, found }): [string, string] => [`${version} at ${label}`, inWords(found)]),
    );
    const gone = measured.find(({ shaken }) =>
      shaken.every(({ found }) => !found.accepted && (unreachable.test(found.code) || found.isOurs)),
    );
    const wrongs = measured.flatMap(({ label, shaken }) =>
      shaken
        .filter(({ isWanted, found }) => isWanted !== found.accepted)
        .filter(({ found }) => found.accepted || !unreachable.test(found.code))
        .map(({ version, isWanted }) => `${label} ${isWanted ? 'refuses' : 'accepts'} ${version}`),
    );
    const next = 'Set the proxy before Reeve to TLS 1.2 and 1.3 alone, with a cipher that clients have.';
    if (wrongs.length > 0) return problem(`${wrongs.join('; ')}.`, next, facts);
    if (gone) return unknown(`${gone.label} could not be reached from here.`, 'Try it from a member’s machine.', facts);
    const untried = measured.some(({ shaken }) => shaken.some(({ found }) => !found.accepted && found.isOurs));
    if (untried)
      return unknown(
        'TLS 1.0 and 1.1 cannot be offered from this machine, so their refusal was not seen.',
        next,
        facts,
      );
    const where = measured.map(({ label }) => label).join(' and ');
    return ok(`At ${where} a connection with 1.0 and with 1.1 was refused, with 1.2 and 1.3 accepted.`, facts);
  },
};

const certificate: Check = {
  id: 'certificate',
  title: 'The certificate is in force',
  area: 'machine',
  path: null,
  async look(context) {
    const measured = await measure(context);
    const chains = measured.flatMap(({ label, shaken }) => {
      const found = shaken.map((each) => each.found).findLast((each) => each.accepted);
      return found ? found.chain.map((link) => ({ ...link, label })) : [];
    });
    const [first] = chains.sort((one, other) => one.endsAt.getTime() - other.endsAt.getTime());
    if (!first)
      return unknown('No connection could be opened to see the certificate.', 'See the check of TLS versions.');
    const days = Math.floor((first.endsAt.getTime() - context.now.getTime()) / dayMs);
    const facts = chains.map(({ label, subject, endsAt }): [string, string] => [
      `${subject} at ${label}`,
      `until ${endsAt.toISOString().slice(0, 10)}`,
    ]);
    const named = `${first.subject}, which ${first.label} shows,`;
    const next = 'Install a renewed one; Reeve takes it without a restart.';
    if (days < 0)
      return problem(`The certificate ${named} ended on ${first.endsAt.toISOString().slice(0, 10)}.`, next, facts);
    if (days < warnBeforeDays) return warning(`The certificate ${named} ends in ${days} days.`, next, facts);
    return ok(`The first to end is ${first.subject}, in ${days} days.`, facts);
  },
};

export const tlsChecks: readonly Check[] = [tlsVersions, certificate];
