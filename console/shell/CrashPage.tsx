import { Button, Group } from '@mantine/core';
import classes from './CrashPage.module.css';
import { FailureNotice } from './FailureNotice.tsx';

/** What the error boundary shows: the shell stays, the page is replaced. */
export function CrashPage({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <div className={classes.crash}>
      <h1 className={classes.title}>This page cannot be shown</h1>
      <FailureNotice error={error} />
      <Group mt={16} gap={8}>
        <Button onClick={() => location.reload()}>Load the page again</Button>
        <Button variant="default" onClick={reset}>
          Try once more
        </Button>
      </Group>
    </div>
  );
}
