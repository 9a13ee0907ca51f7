import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Page } from './Page.tsx';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <EmptyState action={<TextLink to={paths.overview}>Go to the overview</TextLink>}>
        The address may be mistyped, or what it led to was removed.
      </EmptyState>
    </Page>
  );
}
