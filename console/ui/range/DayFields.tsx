import { TextInput } from '@mantine/core';
import { dayOf, endOfDay, startOfDay } from './day-bounds.ts';

interface DayFieldsProps {
  /** Moments as in the address; whole days of the reader's time zone are shown and chosen. */
  from: string | undefined;
  to: string | undefined;
  onChange: (change: { from?: string | undefined } | { to?: string | undefined }) => void;
}

/** Two days to look from and to, each of which may be left open. */
export function DayFields({ from, to, onChange }: DayFieldsProps) {
  return (
    <>
      <TextInput
        type="date"
        aria-label="From"
        leftSection="From"
        leftSectionWidth={52}
        value={dayOf(from)}
        onChange={(event) => onChange({ from: startOfDay(event.currentTarget.value) })}
      />
      <TextInput
        type="date"
        aria-label="To"
        leftSection="To"
        leftSectionWidth={36}
        value={dayOf(to)}
        onChange={(event) => onChange({ to: endOfDay(event.currentTarget.value) })}
      />
    </>
  );
}
