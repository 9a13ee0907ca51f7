import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { localPath } from '#console/identity/local-path.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { SignOnProblem } from '#contract/sso.ts';
import { problemReport, whomToAsk } from './problem-report.ts';

const title = 'You are not signed in';

/** Where a single sign-on ends that did not work. Its words come from the server: an address can be forged. */
export function SignInProblemPage() {
  const { hash: token } = useLocation();
  const problem = useQuery(
    api.sso.problem.queryOptions({ input: { token }, enabled: token !== '', retry: false, staleTime: 'static' }),
  );
  if (token !== '' && problem.isPending) {
    return (
      <PlainPage title={title}>
        <RowSkeletons rows={3} />
      </PlainPage>
    );
  }
  return (
    <PlainPage title={title}>
      {problem.data ? (
        <Explained problem={problem.data} />
      ) : (
        <Stack gap="md">
          {problem.error ? (
            <FailureNotice what="The reason could not be read" error={problem.error} />
          ) : (
            <Notice tone="warn">
              <p>The reason is missing: the address of this page is not complete.</p>
            </Notice>
          )}
          <TextLink to={paths.signIn}>Go to the sign-in page</TextLink>
        </Stack>
      )}
    </PlainPage>
  );
}

function Explained({ problem }: { problem: SignOnProblem }) {
  const next = localPath(problem.next);
  return (
    <Stack gap="md">
      <Notice tone="bad" title={problem.connectionName && `Single sign-on with ${problem.connectionName}`}>
        <p>
          {problem.sentence} {problem.sendTo === 'nobody' && problem.advice}
        </p>
      </Notice>
      <Button component="a" href={next === '/' ? paths.signIn : `${paths.signIn}?${new URLSearchParams({ next })}`}>
        Try again
      </Button>
      {problem.sendTo !== 'nobody' && (
        <>
          <Text>{whomToAsk(problem)}</Text>
          <CommandBlock isWrapped label="To send" text={problemReport(problem)} />
        </>
      )}
    </Stack>
  );
}
