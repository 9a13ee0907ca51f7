import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import {
  type DayRange,
  daysOf,
  isDay,
  type RangeChoice,
  type RangePreset,
  rangePresetNames,
  rangePresets,
} from './day-range.ts';
import classes from './RangePicker.module.css';

interface RangePickerProps {
  value: RangeChoice;
  /** Every part, so that the address loses what does not hold any more. */
  onChange: (choice: { range: RangePreset | undefined; from: string | undefined; to: string | undefined }) => void;
  today: string;
}

const custom = 'custom';
const options = [
  ...rangePresetNames.map((value) => ({ value, label: rangePresets[value] as string })),
  { value: custom, label: 'Custom dates' },
];
const isPreset = (value: string | null): value is RangePreset => rangePresetNames.some((name) => name === value);

/** A time to look at: a preset in one click, or two dates. */
export function RangePicker({ value, onChange, today }: RangePickerProps) {
  const isCustom = value.from !== undefined || value.to !== undefined;
  const days = daysOf(value, today);
  const choose = (choice: string | null) => {
    if (isPreset(choice)) onChange({ range: choice, from: undefined, to: undefined });
    else if (choice === custom) onChange({ range: undefined, ...days });
  };
  return (
    <div className={classes.picker}>
      <Select
        aria-label="Time"
        allowDeselect={false}
        w={164}
        value={isCustom ? custom : (value.range ?? '30d')}
        data={options}
        onChange={choose}
      />
      {isCustom && (
        <DateFields days={days} today={today} onChange={(next) => onChange({ range: undefined, ...next })} />
      )}
    </div>
  );
}

interface DateFieldsProps {
  days: DayRange;
  today: string;
  onChange: (days: DayRange) => void;
}

function DateFields({ days, today, onChange }: DateFieldsProps) {
  return (
    <>
      <DateField
        key={`from ${days.from}`}
        label="From"
        width={52}
        today={today}
        day={days.from}
        onDay={(from) => onChange({ ...days, from })}
      />
      <DateField
        key={`to ${days.to}`}
        label="To"
        width={36}
        today={today}
        day={days.to}
        onDay={(to) => onChange({ ...days, to })}
      />
    </>
  );
}

interface DateFieldProps {
  label: string;
  width: number;
  today: string;
  day: string;
  onDay: (day: string) => void;
}

/** While a year is typed it is 0002, 0020, 0202: only days of our time are taken over. */
const isMeant = (day: string) => isDay(day) && day >= '2000';

function DateField({ label, width, today, day, onDay }: DateFieldProps) {
  const [typed, setTyped] = useState(day);
  return (
    <TextInput
      type="date"
      aria-label={label}
      leftSection={label}
      leftSectionWidth={width}
      max={today}
      value={typed}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        if (isMeant(next) && next <= today) onDay(next);
      }}
      onBlur={() => setTyped(day)}
    />
  );
}
