import { Button } from '@mantine/core';
import classes from './TeamConfig.module.css';
import type { WorkingBundle } from './use-bundle-draft.ts';

interface SaveBarProps {
  draft: WorkingBundle;
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
          : 'Not saved yet. This tab keeps what you wrote; nobody gets anything of it.'}
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
