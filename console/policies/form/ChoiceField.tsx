import { Select } from '@mantine/core';
import { Sentence } from '#console/ui/Sentence.tsx';
import { wordsOf } from '../catalogue/shape-at.ts';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import classes from './Form.module.css';

/** One of a few words. A word the catalogue does not have stays in sight. */
export function ChoiceField({ path, label, shape, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const words = wordsOf(shape);
  const chosen = typeof value === 'string' ? value : null;
  const isKnown = chosen === null || words.some(({ word }) => word === chosen);
  const note = words.find(({ word }) => word === chosen)?.note;
  return (
    <div>
      <Select
        aria-label={label}
        placeholder="Not set"
        className={classes.narrow ?? ''}
        clearable={!isReadOnly}
        clearButtonProps={{ 'aria-label': `Do not set ${label}` }}
        readOnly={isReadOnly}
        value={chosen}
        onChange={(word) => edit(word === null ? { path } : { path, value: word })}
        data={[...words.map(({ word }) => word), ...(isKnown ? [] : [chosen])]}
      />
      {note && (
        <p className={classes.note}>
          <Sentence text={note} />
        </p>
      )}
    </div>
  );
}
