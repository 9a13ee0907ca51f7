import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { severityLooks } from '../severity-looks.ts';
import { useDocumentForm } from './document-form.ts';
import classes from './Form.module.css';
import { diagnosticsAt } from './field-diagnostics.ts';

/** What the server says about a key, at its field. `isExact`: not about what is inside it, where fields of their own say it. */
export function FieldDiagnostics({ path, isExact = false }: { path: readonly string[]; isExact?: boolean }) {
  const { diagnostics } = useDocumentForm();
  const found = diagnosticsAt(diagnostics, path, { isExact });
  if (found.length === 0) return null;
  return (
    <ul className={classes.diagnostics}>
      {found.map(({ code, severity, message, from }) => (
        <li key={`${code}-${from.line}-${from.column}`}>
          <StatusBadge tone={severityLooks[severity].tone}>{severityLooks[severity].word}</StatusBadge>{' '}
          <Sentence text={message} />
        </li>
      ))}
    </ul>
  );
}
