import { Button } from '@mantine/core';
import { Plus } from 'lucide-react';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import { EntryButtons } from './EntryButtons.tsx';
import classes from './Form.module.css';
import { moveEntry } from './json-value.ts';
import { ValueField } from './ValueField.tsx';
import { starterOf } from './widget-of.ts';

/** A list of tables: each entry with its keys. */
export function TableList({ path, label, shape, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const entries = Array.isArray(value) ? value : [];
  const items = shape.items ?? {};
  return (
    <div>
      {entries.map((entry, index) => {
        const place = [...path, String(index)];
        const subject = `entry ${index + 1} of ${label}`;
        return (
          // Entries have no name of their own: their place is all that tells them apart.
          <section key={place.join('.')} className={classes.nested} aria-label={subject}>
            <div className={classes.nestedHead}>
              <span className={classes.note}>Entry {index + 1}</span>
              {!isReadOnly && (
                <EntryButtons
                  subject={subject}
                  index={index}
                  count={entries.length}
                  onMove={(offset) => edit({ path, value: moveEntry(entries, index, offset) })}
                  onRemove={() => edit(entries.length === 1 ? { path } : { path: place })}
                />
              )}
            </div>
            <ValueField path={place} label={`${label}[${index}]`} shape={items} value={entry} />
          </section>
        );
      })}
      {!isReadOnly && (
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={16} aria-hidden />}
          onClick={() => edit({ path, value: [...entries, starterOf(items)] })}
        >
          Add entry
        </Button>
      )}
    </div>
  );
}
