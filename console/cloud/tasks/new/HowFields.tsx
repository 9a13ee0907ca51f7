import { Input, SegmentedControl, Stack } from '@mantine/core';
import { useId } from 'react';
import classes from '../Tasks.module.css';

interface HowFieldsProps {
  mode: 'ask' | 'code';
  attempts: number;
  onEdit: (part: { mode?: 'ask' | 'code'; attempts?: number }) => void;
}

const modes = [
  { value: 'code', label: 'Code', sentence: 'Codex changes files. You see the diff and open a pull request from it.' },
  { value: 'ask', label: 'Ask', sentence: 'Codex reads and answers. What it changes on the way is not kept.' },
] as const;

/** What is wanted of Codex, and how often it tries. */
export function HowFields({ mode, attempts, onEdit }: HowFieldsProps) {
  const ids = { mode: useId(), attempts: useId() };
  return (
    <div className={classes.how}>
      <Stack gap={4} align="flex-start">
        <Input.Label component="span" id={ids.mode} fw={600}>
          Mode
        </Input.Label>
        <SegmentedControl
          miw={200}
          aria-labelledby={ids.mode}
          aria-describedby={`${ids.mode}-what`}
          value={mode}
          data={modes.map(({ value, label }) => ({ value, label }))}
          onChange={(value) => onEdit({ mode: value === 'ask' ? 'ask' : 'code' })}
        />
        <Input.Description id={`${ids.mode}-what`} fz="sm">
          {modes.find(({ value }) => value === mode)?.sentence}
        </Input.Description>
      </Stack>
      <Stack gap={4} align="flex-start">
        <Input.Label component="span" id={ids.attempts} fw={600}>
          Attempts
        </Input.Label>
        <SegmentedControl
          miw={200}
          aria-labelledby={ids.attempts}
          aria-describedby={`${ids.attempts}-what`}
          value={String(attempts)}
          data={['1', '2', '3', '4']}
          onChange={(value) => onEdit({ attempts: Number(value) })}
        />
        <Input.Description id={`${ids.attempts}-what`} fz="sm">
          {attempts === 1 ? 'One container.' : `${attempts} containers side by side; you choose the best.`}
        </Input.Description>
      </Stack>
    </div>
  );
}
