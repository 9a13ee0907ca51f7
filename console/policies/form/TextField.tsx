import { Textarea, TextInput } from '@mantine/core';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import classes from './Form.module.css';
import { useCommitted } from './use-committed.ts';

interface TextFieldProps extends FieldProps {
  isLong?: boolean;
  /** Stays in the document when it is empty. */
  isNeeded?: boolean;
  placeholder?: string;
}

/** Text; left empty it is not set. */
export function TextField(props: TextFieldProps) {
  const { path, label, value, isLong = false, isNeeded = false, placeholder = 'Not set' } = props;
  const { edit, isReadOnly } = useDocumentForm();
  const { typed, setTyped, leave } = useCommitted(typeof value === 'string' ? value : '', (text) =>
    edit(text === '' && !isNeeded ? { path } : { path, value: text }),
  );
  const input = {
    'aria-label': label,
    placeholder,
    value: typed,
    readOnly: isReadOnly,
    onBlur: leave,
    onChange: (event: { currentTarget: { value: string } }) => setTyped(event.currentTarget.value),
  };
  return isLong ? (
    <Textarea {...input} autosize minRows={3} maxRows={16} />
  ) : (
    <TextInput
      {...input}
      className={classes.wide ?? ''}
      spellCheck={false}
      onKeyDown={(event) => event.key === 'Enter' && leave()}
    />
  );
}
