import { useEffect, useRef, useState } from 'react';

/**
 * What is typed into a field belongs to the document when the field is left: each change goes through the server, which keeps every
 * other byte. What comes from outside meanwhile wins over what was not typed.
 */
export function useCommitted(value: string, commit: (typed: string) => void) {
  const [typed, setTyped] = useState(value);
  const known = useRef(value);
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    setTyped(value);
  }, [value]);
  const leave = () => {
    if (typed === known.current) return;
    known.current = typed;
    commit(typed);
  };
  return { typed, setTyped, leave };
}
