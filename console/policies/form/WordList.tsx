import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { AddWord } from './AddWord.tsx';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import { EntryButtons } from './EntryButtons.tsx';
import classes from './Form.module.css';
import { writeTomlValue } from './inline-toml.ts';
import { type JsonValue, moveEntry } from './json-value.ts';
import { chosenWords, isOrdered } from './widget-of.ts';

/** A list of words, in order. Where the order counts it says what the first entry is for. */
export function WordList({ path, label, shape, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const entries = Array.isArray(value) ? value : [];
  const words = chosenWords(shape);
  const hasOrder = isOrdered(shape);
  const isNeverEmpty = (shape.minItems ?? 0) > 0;
  const put = (next: JsonValue[]) => edit(next.length === 0 && isNeverEmpty ? { path } : { path, value: next });
  const noteOf = (entry: JsonValue) => words.find(({ word }) => word === entry)?.note;
  return (
    <div>
      {entries.length > 0 && (
        <ol className={classes.entries} aria-label={label}>
          {entries.map((entry, index) => {
            const text = typeof entry === 'string' ? entry : writeTomlValue(entry);
            const key = `${index}-${text}`;
            const note = noteOf(entry);
            return (
              <li key={key} className={classes.entry}>
                <span className={classes.entryText}>
                  <code>{text === '' ? '""' : text}</code>{' '}
                  {hasOrder && index === 0 && entries.length > 1 && <StatusBadge tone="info">Fallback</StatusBadge>}
                  {note && (
                    <span className={classes.note}>
                      <Sentence text={note} />
                    </span>
                  )}
                </span>
                {!isReadOnly && (
                  <EntryButtons
                    subject={text}
                    index={index}
                    count={entries.length}
                    onMove={hasOrder ? (offset) => put(moveEntry(entries, index, offset)) : undefined}
                    onRemove={() => put(entries.filter((_, at) => at !== index))}
                  />
                )}
              </li>
            );
          })}
        </ol>
      )}
      {Array.isArray(value) && entries.length === 0 && <p className={classes.note}>An empty list.</p>}
      {!isReadOnly && (
        <AddWord
          label={label}
          words={words.filter(({ word }) => !entries.includes(word))}
          isFree={words.length === 0}
          onAdd={(word) => put([...entries, word])}
        />
      )}
    </div>
  );
}
