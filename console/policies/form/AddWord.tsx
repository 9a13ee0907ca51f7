import { Button, Group, Select, TextInput } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import classes from './Form.module.css';

interface AddWordProps {
  /** What is added to. */
  label: string;
  words: { word: string; note: string | null }[];
  /** Any text, rather than one of the words. */
  isFree: boolean;
  onAdd: (word: string) => void;
}

/** Adds one entry: a word of the catalogue with one choice, free text with Enter or the button. */
export function AddWord({ label, words, isFree, onAdd }: AddWordProps) {
  const [typed, setTyped] = useState('');
  if (!isFree) {
    if (words.length === 0) return null;
    return (
      <Select
        aria-label={`Add to ${label}`}
        placeholder="Add…"
        className={classes.narrow ?? ''}
        searchable={words.length > 8}
        // It never shows what was chosen: that is in the list above.
        value={null}
        onChange={(word) => word !== null && onAdd(word)}
        data={words.map(({ word }) => word)}
      />
    );
  }
  const add = () => {
    if (typed.trim() === '') return;
    onAdd(typed.trim());
    setTyped('');
  };
  return (
    <Group gap={8} wrap="nowrap">
      <TextInput
        aria-label={`Add to ${label}`}
        placeholder="Add…"
        className={classes.wide ?? ''}
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && add()}
      />
      <Button
        variant="default"
        leftSection={<Plus size={16} aria-hidden />}
        disabled={typed.trim() === ''}
        onClick={add}
      >
        Add
      </Button>
    </Group>
  );
}
