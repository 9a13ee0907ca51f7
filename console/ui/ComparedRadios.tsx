import { Radio } from '@mantine/core';
import classes from './ComparedRadios.module.css';

interface ComparedRadiosProps {
  /** "Version 3" */
  name: string;
  isBefore: boolean;
  isAfter: boolean;
  onBefore?: () => void;
  onAfter: () => void;
}

/** Which version stands on the left and which on the right. */
export function ComparedRadios({ name, isBefore, isAfter, onBefore, onAfter }: ComparedRadiosProps) {
  return (
    <div className={classes.radios}>
      {onBefore ? (
        <Radio name="before" aria-label={`${name} on the left`} checked={isBefore} onChange={onBefore} />
      ) : (
        <span className={classes.noRadio} />
      )}
      <Radio name="after" aria-label={`${name} on the right`} checked={isAfter} onChange={onAfter} />
    </div>
  );
}
