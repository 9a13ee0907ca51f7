import { Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { offsetOf, toEditorDiagnostics } from './editor-diagnostics.ts';

const text = Text.of(['one = 1', '', 'three = 3']);

test.each([
  [{ line: 1, column: 1 }, 0],
  [{ line: 1, column: 5 }, 4],
  [{ line: 3, column: 1 }, 9],
  // The document was shortened after the server saw it.
  [{ line: 1, column: 99 }, 7],
  [{ line: 99, column: 1 }, 9],
  [{ line: 0, column: 0 }, 0],
])('%j is at offset %i', (position, offset) => {
  expect(offsetOf(text, position)).toBe(offset);
});

test('a diagnostic never ends before it starts, and its fix is an action', () => {
  const place = { from: { line: 3, column: 4 }, to: { line: 1, column: 1 } };
  const [shown] = toEditorDiagnostics(text, [
    { severity: 'error', message: 'No.', ...place, fix: { label: 'Repair', contents: 'one = 2' } },
  ]);
  expect(shown).toMatchObject({ from: 12, to: 12, severity: 'error', actions: [{ name: 'Repair' }] });
});
