import { Button } from '@mantine/core';
import classes from './SaveBar.module.css';

interface SaveBarProps {
  draft: { isBehind: boolean; takeTheirs: () => void };
  isBusy: boolean;
  onSave: () => void;
}

/** Stays in sight while something of a draft is not saved. */
export function SaveBar({ draft, isBusy, onSave }: SaveBarProps) {
  return (
    <section className={classes.bar} aria-label="Unsaved changes">
      <span className={classes.text} role="status">
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
