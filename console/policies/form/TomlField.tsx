import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import { readTomlValue, writeTomlValue } from './inline-toml.ts';
import { useCommitted } from './use-committed.ts';

/** For values too odd for a field of their own. */
export function TomlField({ path, label, shape, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const [problem, setProblem] = useState<string | null>(null);
  const written = value === undefined ? '' : writeTomlValue(value);
  const { typed, setTyped, leave } = useCommitted(written, (text) => {
    if (text.trim() === '') {
      setProblem(null);
      edit({ path });
      return;
    }
    const read = readTomlValue(text);
    setProblem('problem' in read ? read.problem : null);
    if ('value' in read) edit({ path, value: read.value });
  });
  return (
    <Textarea
      aria-label={`${label}, as TOML`}
      description={shape.expected && `As TOML: ${shape.expected}`}
      placeholder="Not set"
      autosize
      minRows={1}
      maxRows={12}
      ff="monospace"
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '14px' } }}
      spellCheck={false}
      value={typed}
      error={problem}
      readOnly={isReadOnly}
      onBlur={leave}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}
