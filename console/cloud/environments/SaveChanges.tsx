import { Button } from '@mantine/core';
import classes from './Environments.module.css';

interface SaveChangesProps {
  count: number;
  problem: string | null;
  isBusy: boolean;
  onDiscard: () => void;
  onSave: () => void;
}

/** Stays in sight while something is not saved. */
export function SaveChanges({ count, problem, isBusy, onDiscard, onSave }: SaveChangesProps) {
  return (
    <section className={classes.saveBar} aria-label="Unsaved changes">
      <span className={classes.saveText} role="status" data-bad={problem !== null || undefined}>
        {problem ??
          `${count === 1 ? 'One change is' : `${count} changes are`} not saved yet; this tab keeps it. Tasks that run are not touched.`}
      </span>
      <Button variant="default" disabled={isBusy} onClick={onDiscard}>
        Discard changes
      </Button>
      <Button loading={isBusy} onClick={onSave}>
        Save environment
      </Button>
    </section>
  );
}
