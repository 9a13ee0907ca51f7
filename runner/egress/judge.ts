import { commonDependencyDomains, type EgressRule, egressRules, safeMethods } from '#contract/internet-access.ts';
import type { EgressPolicy } from './egress-policy.ts';

export interface Question {
  host: string;
  /** Null where it is not known yet: a tunnel. */
  method: string | null;
  isUpgrade: boolean;
  /** Lower-case names of the request's headers. */
  headers: Readonly<Record<string, unknown>>;
}

/** Frameworks that read the method from here would make a POST of an allowed GET. */
const methodOverrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];

export const isCovered = (host: string, domains: readonly string[]): boolean =>
  domains.some((domain) => host === domain || host.endsWith(`.${domain}`));

function ruleOfDomain({ access, offBecause }: EgressPolicy, host: string): EgressRule {
  if (!access.isOn) return offBecause;
  if (access.preset === 'all') return 'preset-all';
  if (isCovered(host, access.domains)) return 'listed-domain';
  if (access.preset === 'common-dependencies' && isCovered(host, commonDependencyDomains)) return 'preset-common';
  return 'domain-not-listed';
}

/** Which rule of the policy a request falls under. A pure function; addresses are looked at afterwards. */
export function judge(policy: EgressPolicy, { host, method, isUpgrade, headers }: Question): EgressRule {
  const rule = ruleOfDomain(policy, host);
  if (!egressRules[rule].allows) return rule;
  if (policy.access.methods === 'safe' && method !== null) {
    if (isUpgrade) return 'websocket-not-allowed';
    if (!safeMethods.some((safe) => safe === method)) return 'method-not-allowed';
    if (methodOverrides.some((header) => header in headers)) return 'method-not-allowed';
  }
  return policy.isSetupInternet ? 'setup-internet' : rule;
}

/**
 * Whether a request's path is below one of the gateway's prefixes, segment by segment, and is written in the only way there is: a path
 * that servers and proxies read differently (`..`, `//`, encoded slashes and dots, backslashes) is below none.
 */
export function isGatewayPath(path: string, prefixes: readonly string[]): boolean {
  const plain = path.replace(/\?.*$/s, '');
  if (/%2e|%2f|%5c|%00|\\|\/\/|;/i.test(plain)) return false;
  let understood: string;
  try {
    understood = new URL(plain, 'http://gateway').pathname;
  } catch {
    return false;
  }
  if (understood !== plain) return false;
  return prefixes.some((prefix) => {
    const bare = prefix.replace(/\/$/, '');
    return plain === bare || plain.startsWith(`${bare}/`);
  });
}
