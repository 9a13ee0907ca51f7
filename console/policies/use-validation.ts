import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';

const none = { diagnostics: [], defaultsDiagnostics: [], clients: [] };

/** What the server says about both documents, a moment after the last key. `isCurrent`: it speaks of exactly these. */
export function useValidation(contents: string, defaults: string) {
  const [settled] = useDebouncedValue(JSON.stringify({ contents, defaults }), 300);
  const asked = settled === JSON.stringify({ contents, defaults });
  const validation = useQuery(
    api.policies.validate.queryOptions({
      input: JSON.parse(settled),
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  return {
    ...(validation.data ?? none),
    isCurrent: asked && validation.isSuccess && !validation.isPlaceholderData,
    error: validation.error,
  };
}

export type Validation = ReturnType<typeof useValidation>;
