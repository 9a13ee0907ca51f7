import { Skeleton, Stack } from '@mantine/core';

/** In place of a table or list while it loads. */
export function RowSkeletons({ rows = 8 }: { rows?: number }) {
  return (
    <Stack gap={8} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={String(row)} height={32} />
      ))}
    </Stack>
  );
}

/** In place of a page's text and form while it loads. */
export function PageSkeleton() {
  return (
    <Stack gap="md" role="status" aria-label="Loading">
      <Skeleton height={36} width={240} />
      <Skeleton height={16} width="60%" />
      <Skeleton height={160} />
      <Skeleton height={160} />
    </Stack>
  );
}
