import { Button } from '@mantine/core';
import classes from './PolicyPage.module.css';
import type { WorkingDraft } from './use-policy-draft.ts';

interface SaveBarProps {
  draft: WorkingDraft;
  isBusy: boolean;
  onSave: () => void;
}

/** Stays in sight while something is not saved. */
export function SaveBar({ draft, isBusy, onSave }: SaveBarProps) {
  return (
    <section className={classes.saveBar} aria-label="Unsaved changes">
      <span className={classes.saveText} role="status">
        {draft.isBehind
          ? 'Choose above whose changes count.'
          : 'Not saved yet. This tab keeps what you wrote; members get nothing of it.'}
      </span>
      <Button variant="default" disabled={isBusy} onClick={draft.takeTheirs}>
        Discard changes
      </Button>
      <Button loading={isBusy} disabled={draft.isBehind} onClick={onSave}>
        Save draft
      </Button>
    </section>
  );
}
