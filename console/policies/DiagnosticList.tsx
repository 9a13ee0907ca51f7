import { Button, UnstyledButton } from '@mantine/core';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Diagnostic } from '#contract/policies.ts';
import classes from './Policies.module.css';
import { severityLooks } from './severity-looks.ts';

interface DiagnosticListProps {
  diagnostics: Diagnostic[];
  isCurrent: boolean;
  onJump: (position: Diagnostic['from']) => void;
  onFix?: ((contents: string) => void) | undefined;
}

/** The same diagnostics as at the lines, for reading in order, by keyboard and by screen reader. */
export function DiagnosticList({ diagnostics, isCurrent, onJump, onFix }: DiagnosticListProps) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const verdict = !isCurrent
    ? 'Checking…'
    : errors > 0
      ? `${errors === 1 ? 'One error' : `${errors} errors`}: a client would refuse this document, so it cannot be published.`
      : diagnostics.length > 0
        ? 'Every client accepts this document. Mind the notes below.'
        : 'Every client accepts this document.';
  return (
    <div className={classes.diagnostics}>
      <p role="status" className={classes.verdict}>
        {verdict}
      </p>
      <ul className={classes.list} aria-label="Diagnostics">
        {diagnostics.map(({ severity, code, message, from, fix }) => (
          <li key={`${code}-${from.line}-${from.column}`} className={classes.diagnostic}>
            <StatusBadge tone={severityLooks[severity].tone}>{severityLooks[severity].word}</StatusBadge>
            <UnstyledButton className={classes.place} onClick={() => onJump({ ...from })}>
              Line {from.line}, column {from.column}
            </UnstyledButton>
            <span className={classes.message}>
              <Sentence text={message} />
            </span>
            {fix && onFix && (
              <Button size="compact-sm" variant="default" onClick={() => onFix(fix.contents)}>
                {fix.label}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
