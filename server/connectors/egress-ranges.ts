import ipaddr from 'ipaddr.js';
import type { Config } from '#server/config.ts';

/** Where `/.well-known/reeve-egress.json` says the same. */
export const egressPath = '/.well-known/reeve-egress.json';

/**
 * Addresses that Reeve calls from, for allowlists of git servers; in the form in which vendors publish theirs, so that whatever keeps an
 * allowlist in step with those reads this too. Only whoever runs the network knows them: REEVE_EGRESS_RANGES.
 */
export const egressDocument = ({ egressRanges }: Pick<Config, 'egressRanges'>) => ({
  prefixes: egressRanges.map((range) =>
    ipaddr.parseCIDR(range)[0].kind() === 'ipv4' ? { ipv4Prefix: range } : { ipv6Prefix: range },
  ),
});
