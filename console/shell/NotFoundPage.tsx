import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Page } from './Page.tsx';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <EmptyState
        action={
          <Anchor component={Link} to={paths.overview}>
            Go to the overview
          </Anchor>
        }
      >
        The address may be mistyped, or what it led to was removed.
      </EmptyState>
    </Page>
  );
}
