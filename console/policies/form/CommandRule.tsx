import { Select, TextInput } from '@mantine/core';
import { readWords, writeWords } from './command-words.ts';
import { useDocumentForm } from './document-form.ts';
import { EntryButtons } from './EntryButtons.tsx';
import classes from './Form.module.css';
import type { JsonTable } from './json-value.ts';
import { TomlField } from './TomlField.tsx';
import { useCommitted } from './use-committed.ts';

const decisions = [
  { value: 'prompt', label: 'Ask (prompt)' },
  { value: 'prompt-user', label: 'Ask the member (prompt-user)' },
  { value: 'forbidden', label: 'Forbid (forbidden)' },
];

interface CommandRuleProps {
  path: string[];
  number: number;
  count: number;
  rule: JsonTable;
  onMove: (offset: -1 | 1) => void;
  onDuplicate: () => void;
  onRemove: () => void;
}

/** Words, decision and justification of one rule. */
export function CommandRule({ path, number, count, rule, onMove, onDuplicate, onRemove }: CommandRuleProps) {
  const { edit, isReadOnly } = useDocumentForm();
  const decision = typeof rule.decision === 'string' ? rule.decision : null;
  const isKnown = decision === null || decisions.some(({ value }) => value === decision);
  const justification = useCommitted(String(rule.justification ?? ''), (text) => {
    const place = [...path, 'justification'];
    edit(text.trim() === '' ? { path: place } : { path: place, value: text.trim() });
  });
  return (
    <>
      <div className={classes.ruleHead}>
        <RuleWords path={path} number={number} pattern={rule.pattern} />
        <Select
          label="Decision"
          aria-label={`Decision, rule ${number}`}
          className={classes.ruleDecision ?? ''}
          allowDeselect={false}
          readOnly={isReadOnly}
          value={decision}
          onChange={(word) => word !== null && edit({ path: [...path, 'decision'], value: word })}
          data={[...decisions, ...(isKnown ? [] : [{ value: decision, label: decision }])]}
        />
        {!isReadOnly && (
          <div className={classes.ruleButtons}>
            <EntryButtons
              subject={`rule ${number}`}
              index={number - 1}
              count={count}
              onMove={onMove}
              onDuplicate={onDuplicate}
              onRemove={onRemove}
            />
          </div>
        )}
      </div>
      <TextInput
        label="Justification"
        aria-label={`Justification, rule ${number}`}
        placeholder="What the member and the model read when the rule stops a command"
        value={justification.typed}
        readOnly={isReadOnly}
        onBlur={justification.leave}
        onChange={(event) => justification.setTyped(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && justification.leave()}
      />
    </>
  );
}

function RuleWords({
  path,
  number,
  pattern,
}: {
  path: string[];
  number: number;
  pattern: JsonTable[string] | undefined;
}) {
  const { edit, isReadOnly } = useDocumentForm();
  const written = writeWords(pattern);
  const place = [...path, 'pattern'];
  const { typed, setTyped, leave } = useCommitted(written ?? '', (text) =>
    edit({ path: place, value: readWords(text) }),
  );
  if (written === null)
    return (
      <div className={classes.ruleWords}>
        <TomlField path={place} label={`Words of rule ${number}`} shape={{}} value={pattern} />
      </div>
    );
  return (
    <TextInput
      label="Command starts with"
      aria-label={`Command starts with, rule ${number}`}
      className={classes.ruleWords ?? ''}
      placeholder="git push|commit"
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '14px' } }}
      value={typed}
      readOnly={isReadOnly}
      onBlur={leave}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && leave()}
    />
  );
}
