import { Button } from '@mantine/core';
import { useState } from 'react';
import { Sentence } from '#console/ui/Sentence.tsx';
import { sinceSentence } from '../toml/describe-place.ts';
import { useDocumentForm } from './document-form.ts';
import { FieldDiagnostics } from './FieldDiagnostics.tsx';
import classes from './Form.module.css';
import { type FormKey, isSet } from './form-keys.ts';
import { type JsonTable, valueAt } from './json-value.ts';
import { ValueField } from './ValueField.tsx';
import { widgetOf } from './widget-of.ts';

const alwaysOpen = new Set(['flag', 'choice', 'text', 'number']);
/** Widgets that show what is inside and say there what is wrong with it. */
const saysInside = new Set(['map', 'table', 'table-list', 'command-rules']);

/** One key: what it does on the left, its value on the right. */
export function KeyRow({ row, values }: { row: FormKey; values: JsonTable }) {
  const { edit, isReadOnly, unset, guidance } = useDocumentForm();
  const [isOpened, setOpened] = useState(false);
  const { path, name, shape } = row;
  const widget = widgetOf(path, shape);
  const holdsValue = isSet(row, values);
  const isSimple = alwaysOpen.has(widget);
  const isOpen = holdsValue || isOpened || (isSimple && !isReadOnly);
  const isWide = isOpen && saysInside.has(widget);
  const advice = guidance[path[0] ?? '']?.because;
  const since = sinceSentence(shape, path);
  const id = `key-${name.replaceAll(/\W/g, '-')}`;
  return (
    <section
      className={classes.row}
      data-set={holdsValue || undefined}
      data-wide={isWide || undefined}
      aria-labelledby={id}
    >
      <div className={classes.about}>
        <h3 id={id} className={classes.name}>
          <code>{name}</code>
        </h3>
        <p className={classes.sentence}>
          <Sentence text={shape.description ?? ''} />
        </p>
        {advice && <p className={classes.advice}>Better not set here. {advice}</p>}
        {since && <p className={classes.note}>{since}</p>}
        {shape.whenDisallowed && (
          <p className={classes.note}>
            <Sentence text={shape.whenDisallowed} />
          </p>
        )}
      </div>
      <div className={classes.value}>
        {isOpen ? (
          <ValueField path={path} label={name} shape={shape} value={valueAt(values, path)} />
        ) : (
          <p className={classes.unset}>
            {unset}
            {!isReadOnly && (
              <Button size="compact-sm" variant="default" aria-label={`Set ${name}`} onClick={() => setOpened(true)}>
                Set
              </Button>
            )}
          </p>
        )}
        {!isReadOnly && !isSimple && isOpen && (
          <Button
            size="compact-sm"
            variant="transparent"
            className={classes.unsetButton ?? ''}
            aria-label={`Do not set ${name}`}
            onClick={() => {
              setOpened(false);
              if (holdsValue) edit({ path });
            }}
          >
            Do not set
          </Button>
        )}
        <FieldDiagnostics path={path} isExact={saysInside.has(widget)} />
      </div>
    </section>
  );
}
