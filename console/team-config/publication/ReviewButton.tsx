import { Button, Tooltip } from '@mantine/core';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { WorkingBundle } from '../use-bundle-draft.ts';
import type { BundleLock } from '../use-bundle-lock.ts';

interface ReviewButtonProps {
  bundle: Bundle;
  draft: WorkingBundle;
  lock: BundleLock;
  isBusy: boolean;
  onReview: () => void;
}

/** The page's primary action: saves what is written and shows what publishing it would do. */
export function ReviewButton({ bundle, draft, lock, isBusy, onReview }: ReviewButtonProps) {
  const reason = whyNot(bundle, draft, lock);
  return (
    <Tooltip label={reason} disabled={reason === null}>
      <Button
        loading={isBusy}
        {...(reason !== null && { 'data-disabled': true })}
        aria-disabled={reason !== null}
        onClick={() => reason === null && onReview()}
      >
        {lock.needsApprover ? 'Request review' : 'Review and publish'}
      </Button>
    </Tooltip>
  );
}

function whyNot(bundle: Bundle, draft: WorkingBundle, lock: BundleLock): string | null {
  if (lock.writing !== null) return lock.writing;
  if (draft.isBehind) return 'Somebody changed this bundle meanwhile. Choose below whose changes count.';
  if (draft.files.length === 0) return 'There are no files to publish.';
  if (draft.isChanged) return null;
  if (bundle.openReview) return 'This draft waits for a second person.';
  if (bundle.draftVersion === null)
    return bundle.newest ? `Nothing is written since version ${bundle.newest.number}.` : 'Nothing is written yet.';
  return null;
}
