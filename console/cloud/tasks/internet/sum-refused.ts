import type { EgressAttempt, EgressRule } from '#contract/internet-access.ts';

export interface RefusedHost {
  host: string;
  rule: EgressRule;
  methods: string[];
  count: number;
}

/** What was refused, once for each host and rule, the most often first. */
export function sumRefused(
  attempts: readonly Pick<EgressAttempt, 'host' | 'rule' | 'method' | 'isAllowed'>[],
): RefusedHost[] {
  const found = new Map<string, RefusedHost>();
  for (const { host, rule, method, isAllowed } of attempts) {
    // That the rules changed is no request.
    if (isAllowed || rule === 'made-stricter') continue;
    const key = `${rule} ${host}`;
    const sum = found.get(key) ?? { host, rule, methods: [], count: 0 };
    found.set(key, sum);
    sum.count += 1;
    if (!sum.methods.includes(method)) sum.methods.push(method);
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count || a.host.localeCompare(b.host));
}
