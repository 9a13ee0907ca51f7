import type { Job } from '#contract/runner-protocol.ts';
import type { EgressPolicy, EgressProxy } from '../egress/egress-policy.ts';
import { tightenInternet } from '../egress/tighten-access.ts';

export interface AttemptInternet {
  /** What holds now, before anything began as well. */
  readonly policy: EgressPolicy;
  enter(phase: EgressPolicy['phase']): void;
  /** What the environment and the workspace say by now. Only what is stricter counts, and it counts until the attempt ends. */
  hear(now: Job['internet']): void;
}

function policyOf({ setup, agent, agentOffBecause }: Job['internet'], phase: EgressPolicy['phase']): EgressPolicy {
  if (phase === 'agent') return { phase, access: agent, offBecause: agentOffBecause, isSetupInternet: false };
  const isSetupInternet = setup.isOn && JSON.stringify(setup) !== JSON.stringify(agent);
  return { phase, access: setup, offBecause: 'internet-off', isSetupInternet };
}

/** What an attempt may reach: what it began with, and never more. */
export function openAttemptInternet(
  begunWith: Job['internet'],
  { proxy, say }: { proxy: () => EgressProxy | null; say: (text: string) => void },
): AttemptInternet {
  // Said as whatever is heard later will be, so that only what changes is told.
  let rules = tightenInternet(begunWith, begunWith);
  let phase: EgressPolicy['phase'] = 'setup';
  return {
    get policy() {
      return policyOf(rules, phase);
    },
    enter(next) {
      phase = next;
      proxy()?.setPolicy(policyOf(rules, phase));
    },
    hear(now) {
      const before = policyOf(rules, phase);
      const tightened = tightenInternet(rules, now);
      if (JSON.stringify(tightened) === JSON.stringify(rules)) return;
      rules = tightened;
      const policy = policyOf(rules, phase);
      if (JSON.stringify(policy.access) === JSON.stringify(before.access))
        return say('The internet access of the other phase was made stricter.');
      proxy()?.tighten(policy);
      const what = policy.access.isOn ? 'made stricter' : 'turned off';
      say(`The internet access was ${what} while this ran. Connections that it does not allow any more were cut.`);
    },
  };
}
