import { commonDependencyDomains, type InternetAccess, noInternet } from '#contract/internet-access.ts';
import type { Job } from '#contract/runner-protocol.ts';
import { isCovered } from './judge.ts';

/** With what the preset stands for. */
const domainsOf = ({ preset, domains }: InternetAccess): string[] =>
  preset === 'common-dependencies' ? [...domains, ...commonDependencyDomains] : domains;

function domainsOfBoth(one: InternetAccess, other: InternetAccess): Pick<InternetAccess, 'preset' | 'domains'> {
  if (one.preset === 'all') return { preset: other.preset, domains: other.domains };
  if (other.preset === 'all') return { preset: one.preset, domains: one.domains };
  const [ofOne, ofOther] = [domainsOf(one), domainsOf(other)];
  const both = new Set([
    ...ofOne.filter((domain) => isCovered(domain, ofOther)),
    ...ofOther.filter((domain) => isCovered(domain, ofOne)),
  ]);
  if (one.preset === 'none' || other.preset === 'none') return { preset: 'none', domains: [...both] };
  const common = new Set(commonDependencyDomains);
  return { preset: 'common-dependencies', domains: [...both].filter((domain) => !common.has(domain)) };
}

/** What both allow, and nothing else. Pure. */
export function tightenAccess(one: InternetAccess, other: InternetAccess): InternetAccess {
  if (!one.isOn || !other.isOn) return noInternet;
  const methods = one.methods === 'safe' || other.methods === 'safe' ? 'safe' : 'all';
  return { isOn: true, ...domainsOfBoth(one, other), methods };
}

/** The rules of an attempt, made as strict as `now` where that is stricter. */
export const tightenInternet = (rules: Job['internet'], now: Job['internet']): Job['internet'] => ({
  setup: tightenAccess(rules.setup, now.setup),
  agent: tightenAccess(rules.agent, now.agent),
  agentOffBecause: rules.agent.isOn ? now.agentOffBecause : rules.agentOffBecause,
});
