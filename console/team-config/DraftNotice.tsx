import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from './bundle-details.ts';
import classes from './TeamConfig.module.css';
import type { WorkingBundle } from './use-bundle-draft.ts';

interface DraftNoticeProps {
  details: BundleDetails;
  draft: WorkingBundle;
  isReadOnly: boolean;
}

/** Whose draft is shown instead of what is published, and what to do when somebody else was quicker. */
export function DraftNotice({ details: { bundle }, draft, isReadOnly }: DraftNoticeProps) {
  if (draft.isBehind) return <Behind bundle={bundle} draft={draft} />;
  if (bundle.draftVersion === null || bundle.openReview) return null;
  return <Draft bundle={bundle} draftVersion={bundle.draftVersion} draft={draft} isReadOnly={isReadOnly} />;
}

const sayAuthors = ({ draftAuthors }: Bundle) => draftAuthors.map(shortName).join(', ') || 'somebody else';

function Behind({ bundle, draft }: { bundle: Bundle; draft: WorkingBundle }) {
  return (
    <div className={classes.notice}>
      <Notice
        tone="warn"
        title="Somebody changed this bundle meanwhile"
        actions={
          <>
            <Button size="xs" variant="default" onClick={draft.takeTheirs}>
              Take theirs and discard mine
            </Button>
            <Button size="xs" variant="default" onClick={draft.keepMine}>
              Keep mine and replace theirs
            </Button>
          </>
        }
      >
        <p>
          {bundle.draftVersion !== null
            ? `A draft by ${sayAuthors(bundle)} was saved after you began to write.`
            : `Version ${bundle.newest?.number ?? 1} was published, or the draft was discarded, after you began to write.`}{' '}
          What you wrote is still here; nothing of it was saved.
        </p>
      </Notice>
    </div>
  );
}

interface DraftProps {
  bundle: Bundle;
  draftVersion: number;
  draft: WorkingBundle;
  isReadOnly: boolean;
}

function Draft({ bundle, draftVersion, draft, isReadOnly }: DraftProps) {
  const [isAsked, setAsked] = useState(false);
  const navigate = useNavigate({ from: '/team-config/$id' });
  const newest = bundle.newest?.number;
  const discard = useMutation(
    api.teamConfig.discardDraft.mutationOptions({
      onSuccess: () => {
        draft.takeTheirs();
        showDone('The draft was discarded.');
        setAsked(false);
      },
    }),
  );
  return (
    <div className={classes.draft}>
      <span>
        {newest === undefined ? 'This is a draft that nobody gets' : 'You see a draft'}
        {bundle.draftAuthors.length > 0 && `, written by ${sayAuthors(bundle)}`}
        {newest !== undefined && `; groups and repositories get version ${newest}`}.
      </span>
      {newest !== undefined && (
        <span className={classes.draftButtons}>
          <Button size="compact-sm" variant="default" onClick={() => void navigate({ search: { view: 'changes' } })}>
            Compare with version {newest}
          </Button>
          {!isReadOnly && (
            <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
              Discard draft
            </Button>
          )}
        </span>
      )}
      <ConfirmDialog
        isOpen={isAsked}
        title="Discard this draft?"
        confirmLabel="Discard draft"
        isDestructive
        isBusy={discard.isPending}
        onClose={() => setAsked(false)}
        onConfirm={() => discard.mutate({ id: bundle.id, expectedDraft: draftVersion })}
      >
        {discard.error && <FailureNotice what="The draft was not discarded" error={discard.error} />}
        <p>
          Version {newest} stays as it is and nobody gets anything else. What was written since is gone; this cannot be
          undone.
        </p>
      </ConfirmDialog>
    </div>
  );
}
