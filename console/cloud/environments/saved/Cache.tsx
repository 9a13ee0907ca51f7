import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { countOf, formatBytes } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Environment } from '#contract/environments.ts';
import classes from '../Environments.module.css';

/** What is kept at this moment, and the way to throw it away. */
export function Cache({ environment, isReadOnly }: { environment: Environment; isReadOnly: boolean }) {
  const [isAsked, setAsked] = useState(false);
  const { cache, isCacheOn } = environment;
  if (!isCacheOn) return <p className={classes.note}>Nothing is kept: each task sets its container up anew.</p>;
  return (
    <>
      {cache ? (
        <Facts
          items={[
            ['Set up', <RelativeTime key="built" at={cache.builtAt} />],
            ['Serves until', <RelativeTime key="expires" at={cache.expiresAt} />],
            ['On', cache.runnerName],
            ['Size', formatBytes(cache.bytes)],
          ]}
        />
      ) : (
        <p className={classes.note}>
          Nothing that still serves is kept at this moment: the next task sets a container up, and then it is kept.
        </p>
      )}
      {!isReadOnly && (
        <div>
          <Button variant="default" onClick={() => setAsked(true)}>
            Reset the cache
          </Button>
        </div>
      )}
      {isAsked && <ResetCache environment={environment} onClose={() => setAsked(false)} />}
    </>
  );
}

function ResetCache({ environment: { id, label }, onClose }: { environment: Environment; onClose: () => void }) {
  const reset = useMutation(
    api.environments.resetCache.mutationOptions({
      onSuccess: ({ dropped }) => {
        showDone(
          dropped === 0
            ? 'Nothing was kept; the next task sets a container up anew.'
            : `${countOf(dropped, 'kept container')} will not be used any more.`,
        );
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Reset the cache of ${label}?`}
      confirmLabel="Reset the cache"
      isBusy={reset.isPending}
      onClose={onClose}
      onConfirm={() => reset.mutate({ id })}
    >
      {reset.error && <FailureNotice what="The cache was not reset" error={reset.error} />}
      <p>
        For everyone who uses this environment: the next task of each runner runs the set-up script again and takes as
        long as that takes. Tasks that run go on.
      </p>
    </ConfirmDialog>
  );
}
