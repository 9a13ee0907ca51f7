import { Stack } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';

/** Nothing is guessed: a repository is here once it says so itself. */
export function HowToReport() {
  const mayMakeKeys = useCan('keys.write');
  return (
    <Stack gap="md" maw={720}>
      <EmptyState>
        No repository has reported yet: run this in a repository that has a bundle, best in its CI, and it is listed
        here with the version it has.
      </EmptyState>
      <CommandBlock
        label="In the repository"
        text={`export REEVE_ORIGIN=${location.origin}\nexport REEVE_API_KEY=…\nreeve team-config check --report`}
      />
      <p>
        The key needs the scope <code>team-config.read</code> and nothing else.{' '}
        {mayMakeKeys ? (
          <TextLink to={paths.keys}>Make a key</TextLink>
        ) : (
          'Ask a workspace owner for one; your role may not make keys.'
        )}
      </p>
    </Stack>
  );
}
