import { Button } from '@mantine/core';
import { Sentence } from '#console/ui/Sentence.tsx';
import { useDocumentForm } from './document-form.ts';
import classes from './Form.module.css';
import type { UnknownKey } from './form-keys.ts';
import { writeTomlPath, writeTomlValue } from './inline-toml.ts';

/** What stands in the document and no field shows. It stays there as it is. */
export function UnknownKeys({ keys }: { keys: UnknownKey[] }) {
  const { edit, isReadOnly } = useDocumentForm();
  return (
    <ul className={classes.entries} aria-label="Keys clients do not know">
      {keys.map(({ path, value, note }) => {
        const name = writeTomlPath(path);
        return (
          <li key={name} className={classes.entry}>
            <span className={classes.entryText}>
              <code>
                {name} = {writeTomlValue(value)}
              </code>
              {note && (
                <span className={classes.note}>
                  <Sentence text={`\`${name}\` ${note}`} />
                </span>
              )}
            </span>
            {!isReadOnly && (
              <Button size="compact-sm" variant="subtle" color="gray" onClick={() => edit({ path })}>
                Remove
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
