import { Button, Group, NumberInput, Select } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { changeAt, type DiffFile } from './read-diff.ts';
import type { LineOfFile } from './use-comments.ts';

interface ChooseLineProps {
  file: DiffFile;
  onChoose: (line: LineOfFile) => void;
  onClose: () => void;
}

/** What a click on a line number does, for the keyboard. */
export function ChooseLine({ file, onChoose, onClose }: ChooseLineProps) {
  const [line, setLine] = useState<number | string>('');
  const [side, setSide] = useState<'old' | 'new'>('new');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const at = { side, line: Number(line) };
    if (!changeAt(file.hunks, at)) return setError('The diff does not show this line.');
    onChoose({ path: file.path, ...at });
    onClose();
  };
  return (
    <form onSubmit={submit}>
      <Group gap={8} align="flex-start">
        <NumberInput
          aria-label="Number of the line"
          placeholder="Line"
          size="xs"
          w={96}
          min={1}
          allowDecimal={false}
          autoFocus
          value={line}
          error={error}
          onChange={(value) => {
            setError(null);
            setLine(value);
          }}
        />
        <Select
          aria-label="Of which file"
          size="xs"
          w={140}
          allowDeselect={false}
          value={side}
          data={[
            { value: 'new', label: 'of the new file' },
            { value: 'old', label: 'of the old file' },
          ]}
          onChange={(value) => setSide(value === 'old' ? 'old' : 'new')}
        />
        <Button type="submit" size="xs" disabled={line === ''}>
          Comment
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
