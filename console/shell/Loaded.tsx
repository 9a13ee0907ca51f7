import { Box } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PageSkeleton } from '#console/ui/Skeletons.tsx';
import { FailureNotice } from './FailureNotice.tsx';

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  /** "The members could not be loaded" */
  what: string;
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** The data, or a skeleton, or what went wrong with a way to try again. Old data stays in sight when only a refresh failed. */
export function Loaded<Data>({ query, what, skeleton = <PageSkeleton />, children }: LoadedProps<Data>) {
  if (query.isPending) return skeleton;
  const failure = query.error && (
    <Box mb="lg">
      <FailureNotice what={what} error={query.error} onRetry={() => void query.refetch()} />
    </Box>
  );
  if (query.data === undefined) return failure;
  return (
    <>
      {failure}
      {children(query.data)}
    </>
  );
}
