import { Sentence } from '#console/ui/Sentence.tsx';
import { keysIn } from '../catalogue/shape-at.ts';
import type { FieldProps } from './document-form.ts';
import { FieldDiagnostics } from './FieldDiagnostics.tsx';
import classes from './Form.module.css';
import { writeTomlPath } from './inline-toml.ts';
import { isTable } from './json-value.ts';
import { ValueField } from './ValueField.tsx';

/** The keys of a table inside a map or list, one under the other. */
export function TableFields({ path, shape, value }: FieldProps) {
  const values = isTable(value) ? value : {};
  return (
    <div className={classes.tableFields}>
      {keysIn(shape).map(([key, one]) => {
        const below = [...path, key];
        return (
          <div key={key} className={classes.subField}>
            <p className={classes.subName}>
              <code>{key}</code>
              {one.description && (
                <span className={classes.note}>
                  <Sentence text={one.description} />
                </span>
              )}
            </p>
            <ValueField path={below} label={writeTomlPath(below)} shape={one} value={values[key]} />
            <FieldDiagnostics path={below} isExact />
          </div>
        );
      })}
    </div>
  );
}
