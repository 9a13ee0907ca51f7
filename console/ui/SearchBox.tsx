import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import classes from './SearchBox.module.css';

interface SearchBoxProps {
  label: string;
  value: string;
  onSearch: (value: string) => void;
}

/** Searches while typing, a moment after the last key. */
export function SearchBox({ label, value, onSearch }: SearchBoxProps) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  const send = useDebouncedCallback((text: string) => {
    sent.current = text;
    onSearch(text);
  }, 250);
  // Back and forward change the address without the keyboard.
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value);
    }
  }, [value]);
  const type = (text: string) => {
    setTyped(text);
    send(text.trim());
  };
  return (
    <TextInput
      type="search"
      className={classes.box ?? ''}
      aria-label={label}
      placeholder={label}
      value={typed}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => type('')} />}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
