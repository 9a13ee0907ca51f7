import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';

/** The files of a version; null asks for none. */
export const useVersion = (id: string, number: number | null) =>
  useQuery(
    api.teamConfig.version.queryOptions({
      input: { id, number: number ?? 1 },
      enabled: number !== null,
      retry: false,
      // A published version never changes.
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
