import { clientVersionRemarks } from './client-version-remarks.ts';
import { maxDocumentLength, openDocument } from './open-document.ts';
import { validateDefaults } from './validate-defaults.ts';
import { validateDocument } from './validate-document.ts';

/** Without what JSON cannot say (dates and numbers with a point, which no key of a policy takes); in lists it leaves its place. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
  if (value === null || typeof value !== 'object') return Number.isNaN(value) ? undefined : value;
  const entries = Object.entries(value).map(([key, inner]) => [key, plain(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

function valuesOf(document: string): Record<string, unknown> | null {
  const { root } = openDocument(document);
  return root === null ? null : (plain(root.value) as Record<string, unknown>);
}

/** All that an editor shows beside a document. */
export const readDocument = ({ contents, defaults }: { contents: string; defaults: string }) => ({
  diagnostics: validateDocument(contents),
  defaultsDiagnostics: validateDefaults(defaults, contents),
  clients: contents.length > maxDocumentLength ? [] : clientVersionRemarks(contents),
  values: valuesOf(contents),
  defaultsValues: valuesOf(defaults),
});
