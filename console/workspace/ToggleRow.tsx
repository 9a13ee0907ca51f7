import { Switch } from '@mantine/core';
import { useId } from 'react';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import classes from './Settings.module.css';

interface ToggleRowProps {
  label: string;
  sentence: string;
  isOn: boolean;
  isChanged?: boolean;
  /** Left out: it cannot be changed. */
  onChange?: ((isOn: boolean) => void) | undefined;
  /** Why it cannot be changed. */
  reason?: string;
}

export function ToggleRow({ label, sentence, isOn, isChanged = false, onChange, reason }: ToggleRowProps) {
  const id = useId();
  return (
    <div className={classes.row} data-planned={reason !== undefined || undefined}>
      <div className={classes.words}>
        <label htmlFor={id} className={classes.label}>
          {label}
        </label>
        <p id={`${id}-sentence`} className={classes.sentence}>
          {sentence}
        </p>
        {reason && <StatusBadge tone="quiet">{reason}</StatusBadge>}
        {isChanged && <StatusBadge tone="info">Not saved yet</StatusBadge>}
      </div>
      <Switch
        id={id}
        size="md"
        checked={isOn}
        disabled={!onChange}
        aria-describedby={`${id}-sentence`}
        onChange={(event) => onChange?.(event.currentTarget.checked)}
      />
    </div>
  );
}
