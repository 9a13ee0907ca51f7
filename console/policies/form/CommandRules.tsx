import { Button } from '@mantine/core';
import { Plus } from 'lucide-react';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandRule } from './CommandRule.tsx';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import { FieldDiagnostics } from './FieldDiagnostics.tsx';
import classes from './Form.module.css';
import { isTable, type JsonValue, moveEntry } from './json-value.ts';

const freshRule: JsonValue = {
  pattern: [{ token: 'git' }, { token: 'push' }],
  decision: 'prompt',
  justification: 'A person looks at it first.',
};

/** `rules.prefix_rules` as rows. The strictest rule that matches wins, so their order is for readers only. */
export function CommandRules({ path, label, value }: FieldProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const rules = Array.isArray(value) ? value : [];
  const put = (next: JsonValue[]) => edit({ path, value: next });
  return (
    <div>
      <p className={classes.hint}>
        Words in their order, alternatives with a bar: <code>git push|commit</code>. A word with a space stands in
        double quotes. The strictest rule that matches wins.{' '}
        <TextLink from="/policies/$id" to="." search={{ tab: 'tests' }}>
          Try a command
        </TextLink>
      </p>
      <ol className={classes.rules} aria-label={label}>
        {rules.map((rule, index) => {
          const place = [...path, String(index)];
          return (
            <li key={place.join('.')} className={classes.rule}>
              <CommandRule
                path={place}
                number={index + 1}
                count={rules.length}
                rule={isTable(rule) ? rule : {}}
                onMove={(offset) => put(moveEntry(rules, index, offset))}
                onDuplicate={() => put([...rules.slice(0, index + 1), rule, ...rules.slice(index + 1)])}
                onRemove={() => edit(rules.length === 1 ? { path: path.slice(0, 1) } : { path: place })}
              />
              <FieldDiagnostics path={place} />
            </li>
          );
        })}
      </ol>
      {!isReadOnly && (
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={16} aria-hidden />}
          onClick={() => edit({ path: [...path, String(rules.length)], value: freshRule })}
        >
          Add rule
        </Button>
      )}
    </div>
  );
}
