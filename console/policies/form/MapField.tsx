import { featureNames } from '#contract/requirements/features.ts';
import { AddName } from './AddName.tsx';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import { EntryButtons } from './EntryButtons.tsx';
import { FieldDiagnostics } from './FieldDiagnostics.tsx';
import classes from './Form.module.css';
import { mapEntries } from './form-keys.ts';
import { writeTomlPath } from './inline-toml.ts';
import { isTable } from './json-value.ts';
import { ValueField } from './ValueField.tsx';
import { starterOf, widgetOf } from './widget-of.ts';

const inOneLine = new Set(['flag', 'choice', 'text', 'number']);

/** Values by a name of the author's choice. */
export function MapField({ path, label, shape, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const entries = mapEntries(shape, value);
  const below = shape.additionalProperties || {};
  const isShort = inOneLine.has(widgetOf([...path, ''], below));
  const remove = (key: string) => edit({ path: [...path, key] });
  return (
    <div>
      {isTable(value) && entries.length === 0 && !shape.properties && <p className={classes.note}>An empty table.</p>}
      <ul className={classes.entries} aria-label={label}>
        {entries.map(([key, one], index) => {
          const place = [...path, key];
          return (
            <li key={key} className={isShort ? classes.entry : classes.nested}>
              <span className={isShort ? classes.entryText : classes.nestedHead}>
                <code>{key}</code>
                {!isShort && !isReadOnly && (
                  <EntryButtons subject={key} index={index} count={entries.length} onRemove={() => remove(key)} />
                )}
              </span>
              <ValueField path={place} label={writeTomlPath(place)} shape={below} value={one} />
              {isShort && !isReadOnly && (
                <EntryButtons subject={key} index={index} count={entries.length} onRemove={() => remove(key)} />
              )}
              {isShort && <FieldDiagnostics path={place} isExact />}
            </li>
          );
        })}
      </ul>
      {!isReadOnly && (
        <AddName
          label={label}
          taken={isTable(value) ? Object.keys(value) : []}
          known={label === 'features' ? featureNames : []}
          onAdd={(key) => edit({ path: [...path, key], value: starterOf(below) })}
        />
      )}
    </div>
  );
}
