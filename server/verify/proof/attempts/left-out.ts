import type { AttemptPlan, Planned, Trial } from '../run-facts.ts';

/** What the policy says and the copy under proof does not: told one by one, so that nobody takes it for proved. */
export function planLeftOut({ subject }: Trial): Planned {
  const left = new Map((subject.policy.leftOut ?? []).map((one) => [one.path, one]));
  const attempts = [...left.values()].map(
    ({ path, because }): AttemptPlan => ({
      attempt: `left-out-${path}`,
      title: `${path} of the policy`,
      constraint: path,
      surface: 'none',
      expected: 'Nothing: it is left out of the copy that the client gets.',
      run: null,
      judge: () => ({ verdict: 'not-tried', observed: `${path} ${because}.` }),
    }),
  );
  return { runs: [], attempts };
}
