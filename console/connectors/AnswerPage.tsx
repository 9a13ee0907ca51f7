import { Stack, Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Answer } from './use-answer.ts';

interface AnswerPageProps {
  title: string;
  answer: Answer;
  /** "The app is taken over from GitHub." */
  working: string;
  /** "The app was not connected" */
  failed: string;
  declined: string;
}

/** Where GitHub leads back to: it ends at once when all is well, and says what is wrong otherwise. */
export function AnswerPage({ title, answer, working, failed, declined }: AnswerPageProps) {
  return (
    <Page title={title}>
      {answer.state === 'working' ? (
        <Stack gap="md">
          <Text role="status">{working}</Text>
          <RowSkeletons rows={2} />
        </Stack>
      ) : (
        <Stack gap="md">
          {answer.state === 'failed' && <FailureNotice what={failed} error={answer.error} />}
          {answer.state === 'declined' && (
            <Notice tone="warn" title={failed}>
              <p>{declined}</p>
            </Notice>
          )}
          {answer.state === 'incomplete' && (
            <Notice tone="warn" title={failed}>
              <p>The address of this page is not complete: GitHub’s answer is missing. Begin again.</p>
            </Notice>
          )}
          <TextLink to={paths.git}>Back to the page GitHub</TextLink>
        </Stack>
      )}
    </Page>
  );
}
