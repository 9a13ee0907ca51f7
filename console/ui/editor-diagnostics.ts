import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';

interface Position {
  line: number;
  column: number;
}

/** What a server said about a document. Lines and columns are 1-based. */
export interface EditorDiagnostic {
  severity: 'error' | 'warning' | 'info';
  message: string;
  from: Position;
  to: Position;
  fix: { label: string; contents: string } | null;
}

/** Offset of a 1-based position, kept inside the document: it may have been edited since the server saw it. */
export function offsetOf(text: Text, { line, column }: Position): number {
  const found = text.line(Math.min(Math.max(line, 1), text.lines));
  return Math.min(found.from + Math.max(column - 1, 0), found.to);
}

export function toEditorDiagnostics(text: Text, diagnostics: EditorDiagnostic[]): Diagnostic[] {
  return diagnostics.map(({ severity, message, from, to, fix }) => {
    const start = offsetOf(text, from);
    return {
      from: start,
      to: Math.max(start, offsetOf(text, to)),
      severity,
      message,
      ...(fix && {
        actions: [
          {
            name: fix.label,
            apply: (view) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: fix.contents } }),
          },
        ],
      }),
    };
  });
}
