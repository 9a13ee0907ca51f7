import { Button } from '@mantine/core';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import classes from '../Git.module.css';
import type { DeliveryRetry } from './use-retry.ts';

/** What failed, and what becomes of what is tried again. */
export function RetryFailed({ failed, retry }: { failed: number; retry: DeliveryRetry }) {
  const { progress, isBusy } = retry;
  return (
    <>
      {progress !== null && (
        <div className={classes.apart}>
          <Notice tone={progress.failed > 0 ? 'warn' : 'ok'} title={progress.title}>
            <p>{progress.sentence}</p>
          </Notice>
        </div>
      )}
      {failed > 0 && (
        <div className={classes.apart}>
          <Notice
            tone="bad"
            title={`${countOf(failed, 'delivery', 'deliveries')} failed`}
            actions={
              <Button size="xs" loading={isBusy} onClick={() => retry.start()}>
                {failed === 1 ? 'Try it again' : `Try all ${failed} again`}
              </Button>
            }
          >
            <p>
              {failed === 1 ? 'It was' : 'Each was'} tried six times over three hours. What went wrong stands beside it.
              Once that is over, try again: GitHub is asked what holds now, so that being late does no harm.
            </p>
          </Notice>
        </div>
      )}
    </>
  );
}
