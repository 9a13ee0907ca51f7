import { Autocomplete, Button, Group } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import classes from './Form.module.css';

interface AddNameProps {
  label: string;
  taken: string[];
  /** Names to offer; any other may be typed. */
  known: readonly string[];
  onAdd: (name: string) => void;
}

export function AddName({ label, taken, known, onAdd }: AddNameProps) {
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  const isTaken = taken.includes(name);
  const add = () => {
    if (name === '' || isTaken) return;
    onAdd(name);
    setTyped('');
  };
  return (
    <Group gap={8} align="flex-start" wrap="nowrap">
      <Autocomplete
        aria-label={`Name to add to ${label}`}
        placeholder="Name…"
        className={classes.wide ?? ''}
        spellCheck={false}
        limit={50}
        value={typed}
        error={isTaken && 'It is there already.'}
        onChange={setTyped}
        data={known.filter((one) => !taken.includes(one))}
      />
      <Button
        variant="default"
        leftSection={<Plus size={16} aria-hidden />}
        disabled={name === '' || isTaken}
        onClick={add}
      >
        Add
      </Button>
    </Group>
  );
}
