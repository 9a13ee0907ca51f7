import { Box, Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy } from '#contract/policies.ts';
import classes from './PolicyPage.module.css';
import type { WorkingDraft } from './use-policy-draft.ts';

interface DraftNoticeProps {
  policy: Policy;
  draft: WorkingDraft;
  isReadOnly: boolean;
}

/** Whose draft is shown instead of what is published, and what to do when somebody else was quicker. */
export function DraftNotice({ policy, draft, isReadOnly }: DraftNoticeProps) {
  if (draft.isBehind) return <Behind policy={policy} draft={draft} />;
  // The banner of its request says as much of a first draft.
  if (policy.request && policy.revision === 0) return null;
  if (policy.draft) return <Draft policy={policy} draft={policy.draft} isReadOnly={isReadOnly} />;
  return null;
}

function Behind({ policy, draft }: { policy: Policy; draft: WorkingDraft }) {
  return (
    <Box mb="lg">
      <Notice
        tone="warn"
        title="Somebody changed this policy meanwhile"
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
          {policy.draft
            ? `${shortName(policy.draft.updatedBy)} saved a draft after you began to write.`
            : `Version ${policy.revision} was published, or the draft was discarded, after you began to write.`}{' '}
          What you wrote is still here; nothing of it was saved.
        </p>
      </Notice>
    </Box>
  );
}

function Draft({
  policy,
  draft,
  isReadOnly,
}: {
  policy: Policy;
  draft: NonNullable<Policy['draft']>;
  isReadOnly: boolean;
}) {
  const [isAsked, setAsked] = useState(false);
  const navigate = useNavigate({ from: '/policies/$id' });
  const discard = useMutation(
    api.policies.discardDraft.mutationOptions({
      onSuccess: () => {
        showDone('The draft was discarded.');
        setAsked(false);
      },
    }),
  );
  const isFirst = policy.revision === 0;
  return (
    <div className={classes.draft}>
      <span>
        {isFirst ? 'This is a draft that nobody gets' : 'You see a draft; members get the published version'}. Saved{' '}
        <RelativeTime at={draft.updatedAt} /> by {shortName(draft.updatedBy)}.
      </span>
      {!isFirst && (
        <span className={classes.draftButtons}>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => void navigate({ search: { tab: 'versions', before: policy.revision, after: 'draft' } })}
          >
            Compare with version {policy.revision}
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
        onConfirm={() => discard.mutate({ id: policy.id })}
      >
        {discard.error && <FailureNotice what="The draft was not discarded" error={discard.error} />}
        <p>
          Version {policy.revision} stays as it is and nobody gets anything else. What was written since is gone; the
          audit log keeps its text.
        </p>
      </ConfirmDialog>
    </div>
  );
}
