import { Button, Tooltip } from '@mantine/core';
import type { Policy } from '#contract/policies.ts';
import type { WorkingDraft } from '../use-policy-draft.ts';
import type { PolicyLock } from '../use-policy-lock.ts';

interface ReviewButtonProps {
  policy: Policy;
  draft: WorkingDraft;
  lock: PolicyLock;
  isBusy: boolean;
  onReview: () => void;
}

/** The page's primary action: saves what is written and shows what publishing it would do. */
export function ReviewButton({ policy, draft, lock, isBusy, onReview }: ReviewButtonProps) {
  const reason = whyNot(policy, draft, lock);
  return (
    <Tooltip label={reason} disabled={reason === null}>
      <Button
        loading={isBusy}
        {...(reason !== null && { 'data-disabled': true })}
        aria-disabled={reason !== null}
        onClick={() => reason === null && onReview()}
      >
        Review and publish
      </Button>
    </Tooltip>
  );
}

function whyNot(policy: Policy, draft: WorkingDraft, lock: PolicyLock): string | null {
  if (lock.writing !== null) return lock.writing;
  if (draft.isBehind) return 'Somebody changed this policy meanwhile. Choose below whose changes count.';
  if (draft.isChanged) return null;
  if (policy.request) return 'This draft waits for a second person.';
  if (!policy.draft) return `Nothing is written since version ${policy.revision}.`;
  return null;
}
