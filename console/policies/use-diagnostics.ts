import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import type { Diagnostic } from '#contract/policies.ts';

const none: Diagnostic[] = [];

/** What the server says about a document, a moment after the last key. `isCurrent`: it speaks of exactly these contents. */
export function useDiagnostics(contents: string) {
  const [settled] = useDebouncedValue(contents, 300);
  const validation = useQuery(
    api.policies.validate.queryOptions({
      input: { contents: settled },
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  return {
    diagnostics: validation.data?.diagnostics ?? none,
    isCurrent: settled === contents && validation.isSuccess && !validation.isPlaceholderData,
    error: validation.error,
  };
}
