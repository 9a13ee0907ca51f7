import { Button } from '@mantine/core';
import { CopyButton } from '#console/ui/CopyButton.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import classes from './ErrorNotice.module.css';

interface ErrorNoticeProps {
  /** What could not be done, for example "The members could not be loaded". */
  what?: string | undefined;
  why: string;
  next?: string | null;
  reference?: string | null;
  onRetry?: (() => void) | undefined;
}

/** What happened, why, what to do, and a reference to quote. */
export function ErrorNotice({ what, why, next, reference, onRetry }: ErrorNoticeProps) {
  return (
    <Notice
      tone="bad"
      title={what}
      actions={
        onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      <p>
        {why} {next}
      </p>
      {reference && (
        <p className={classes.reference}>
          Reference <code>{reference}</code>
          <CopyButton value={reference} label="Copy the reference" />
        </p>
      )}
    </Notice>
  );
}
