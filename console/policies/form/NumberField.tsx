import { NumberInput } from '@mantine/core';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import classes from './Form.module.css';
import { useCommitted } from './use-committed.ts';

export function NumberField({ path, label, shape, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const { typed, setTyped, leave } = useCommitted(typeof value === 'number' ? String(value) : '', (text) =>
    edit(text === '' ? { path } : { path, value: Number(text) }),
  );
  return (
    <NumberInput
      aria-label={label}
      className={classes.narrow ?? ''}
      placeholder="Not set"
      allowDecimal={false}
      {...(shape.minimum !== undefined && { min: shape.minimum })}
      {...(shape.maximum !== undefined && { max: shape.maximum })}
      readOnly={isReadOnly}
      value={typed}
      onChange={(number) => setTyped(String(number))}
      onBlur={leave}
      onKeyDown={(event) => event.key === 'Enter' && leave()}
    />
  );
}
