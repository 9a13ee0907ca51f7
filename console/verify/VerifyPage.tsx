import { Button, Progress } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { CheckAnswer } from './checks/CheckAnswer.tsx';
import { CheckFilters } from './checks/CheckFilters.tsx';
import { CheckLists } from './checks/CheckLists.tsx';
import classes from './checks/Checks.module.css';
import { useCheckRun } from './checks/use-check-run.ts';
import { VerifyTabs } from './VerifyTabs.tsx';

/** Is everything all right? Each line is tried or measured, never answered by a person. */
export function VerifyPage() {
  const { area, show } = useSearch({ from: '/shell/verify' });
  const { checks, run, progress, start } = useCheckRun();
  return (
    <Page
      title="Verify"
      description="The set-up, looked at by Reeve itself once an hour: what was tried, what came of it, and what to do."
      action={
        <Button leftSection={<RefreshCw size={16} aria-hidden />} loading={run.isPending} onClick={start}>
          Check again
        </Button>
      }
    >
      <VerifyTabs />
      {run.error && <FailureNotice what="The checks could not be carried out" error={run.error} />}
      <div role="status" className={progress ? classes.progress : undefined}>
        {progress && (
          <>
            {progress.total === 0
              ? 'Looking for the first time.'
              : `Looking: ${progress.done} of ${progress.total} done.`}
            <Progress
              mt={8}
              value={progress.total === 0 ? 0 : (progress.done / progress.total) * 100}
              aria-label="Checks that were looked at"
            />
          </>
        )}
      </div>
      <Loaded query={checks} what="The checks could not be loaded">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              action={
                <Button variant="default" disabled={run.isPending} onClick={start}>
                  Look now
                </Button>
              }
            >
              Nothing was looked at yet. It is done once an hour, and when somebody asks.
            </EmptyState>
          ) : (
            <>
              <CheckAnswer checks={items} />
              <CheckFilters />
              <CheckLists
                checks={items.filter((check) => area === undefined || check.area === area)}
                isOpenOnly={show === 'open'}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
