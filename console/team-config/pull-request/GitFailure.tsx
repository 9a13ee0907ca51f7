import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { describeFailure } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';

interface GitFailureProps {
  what: string;
  error: unknown;
  onRetry?: (() => void) | undefined;
}

/** What a git server refuses is told in its own words: a protected branch, a missing right, an account that is not linked. */
export function GitFailure({ what, error, onRetry }: GitFailureProps) {
  const { code, message } = describeFailure(error);
  const titles: Partial<Record<string, string>> = {
    'git-refused': 'The git server refused this',
    'repository-refused': 'Your account may not do this',
    'git-account-needed': 'Link your account first',
    'git-server-failed': 'The git server did not answer as it should',
  };
  const nexts: Partial<Record<string, ReactNode>> = {
    'git-refused': 'Whoever owns the repository decides about its rules.',
    'repository-refused': 'Whoever owns the repository gives you the right to write; it holds here within a minute.',
    'git-account-needed': <TextLink to={paths.git}>Link it under GitHub</TextLink>,
  };
  const title = titles[code];
  if (title === undefined) return <FailureNotice what={what} error={error} {...(onRetry && { onRetry })} />;
  return (
    <Notice
      tone="bad"
      title={title}
      actions={
        onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      <p>{message}</p>
      {nexts[code] && <p>{nexts[code]}</p>}
    </Notice>
  );
}
