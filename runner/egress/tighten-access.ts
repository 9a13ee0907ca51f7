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

/** In the one way to say what it allows: what is said differently and allows the same is equal afterwards. */
function plainly(access: InternetAccess): InternetAccess {
  if (!access.isOn) return noInternet;
  if (access.preset === 'all') return { ...access, domains: [] };
  const all = [...new Set(access.domains)];
  const preset = access.preset === 'common-dependencies' ? commonDependencyDomains : [];
  const isSaidBeside = (domain: string) =>
    isCovered(domain, preset) ||
    isCovered(
      domain,
      all.filter((other) => other !== domain),
    );
  return { ...access, domains: all.filter((domain) => !isSaidBeside(domain)).sort() };
}

/** What both allow, and nothing else, plainly said. Pure. */
export function tightenAccess(one: InternetAccess, other: InternetAccess): InternetAccess {
  if (!one.isOn || !other.isOn) return noInternet;
  const methods = one.methods === 'safe' || other.methods === 'safe' ? 'safe' : 'all';
  return plainly({ isOn: true, ...domainsOfBoth(one, other), methods });
}

/** The rules of an attempt, made as strict as `now` where that is stricter. */
export const tightenInternet = (rules: Job['internet'], now: Job['internet']): Job['internet'] => ({
  setup: tightenAccess(rules.setup, now.setup),
  agent: tightenAccess(rules.agent, now.agent),
  agentOffBecause: rules.agent.isOn ? now.agentOffBecause : rules.agentOffBecause,
});
