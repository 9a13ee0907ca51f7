import { SegmentedControl } from '@mantine/core';
import { type FieldProps, useDocumentForm } from './document-form.ts';

/** On, off, or nothing said. */
export function FlagField({ path, label, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  return (
    <SegmentedControl
      aria-label={label}
      size="xs"
      readOnly={isReadOnly}
      value={value === undefined ? 'unset' : String(value)}
      onChange={(chosen) => edit(chosen === 'unset' ? { path } : { path, value: chosen === 'true' })}
      data={[
        { value: 'unset', label: 'Not set' },
        { value: 'true', label: 'On' },
        { value: 'false', label: 'Off' },
      ]}
    />
  );
}
