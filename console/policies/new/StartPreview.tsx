import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { severityLooks } from '../severity-looks.ts';
import { useValidation } from '../use-validation.ts';
import classes from './NewPolicy.module.css';
import type { Start } from './start.ts';

/** The text a policy starts with, and what the checks say about it already. */
export function StartPreview({ start: { contents, defaults } }: { start: Start }) {
  const { diagnostics, defaultsDiagnostics, isCurrent } = useValidation(contents, defaults);
  const found = [...diagnostics, ...defaultsDiagnostics];
  return (
    <>
      {contents === '' ? (
        <p className={classes.choiceSentence}>An empty document: members choose everything until you set something.</p>
      ) : (
        <CommandBlock label="requirements.toml" text={contents} />
      )}
      {defaults !== '' && <CommandBlock label="config.toml defaults" text={defaults} />}
      {isCurrent && found.length > 0 && (
        <details className={classes.findings}>
          <summary>{countOf(found.length, 'remark')} on this text; the draft shows each at its line</summary>
          <ul className={classes.notes}>
            {found.map(({ code, severity, message, from }) => (
              <li key={`${code}-${from.line}-${from.column}`}>
                <StatusBadge tone={severityLooks[severity].tone}>{severityLooks[severity].word}</StatusBadge>{' '}
                <Sentence text={message} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
