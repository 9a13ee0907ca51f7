import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import type { PolicyTest } from '#contract/policies.ts';

/** The tests against the text as it is now, a moment after the last key. */
export function useTestResults(policyId: string, contents: string, tests: PolicyTest[]) {
  const [settled] = useDebouncedValue(JSON.stringify({ policyId, contents, tests }), 300);
  const isSettled = settled === JSON.stringify({ policyId, contents, tests });
  const run = useQuery(
    api.policies.runTests.queryOptions({
      input: JSON.parse(settled),
      enabled: tests.length > 0,
      placeholderData: keepPreviousData,
      // Groups, names and assignments may change under it.
      staleTime: 10_000,
    }),
  );
  const isCurrent = isSettled && run.isSuccess && !run.isPlaceholderData;
  return { results: isCurrent ? run.data.results : null, error: run.error };
}
