import type { Diagnostic } from '#contract/policies.ts';
import { readToml, type Span, type TomlNode } from './read-toml.ts';

/** `PolicyContents` in the contract has the same limit; a policy is a page, not a data store. */
export const maxDocumentLength = 65_536;

export const startOfDocument: Span = { from: { line: 1, column: 1 }, to: { line: 1, column: 1 } };

function wholeDocument(code: string, message: string, at: Span = startOfDocument): Diagnostic[] {
  return [{ severity: 'error', code, message, keyPath: null, from: at.from, to: at.to, fix: null }];
}

function placeOf(document: string, index: number): Span {
  const lines = document.slice(0, index).split('\n');
  const line = lines.length;
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { from: { line, column }, to: { line, column: column + 1 } };
}

/** The document as a tree, or the one diagnostic that says why nobody can read it. */
export function openDocument(
  document: string,
): { root: TomlNode; refusal: null } | { root: null; refusal: Diagnostic[] } {
  if (document.length > maxDocumentLength) {
    const size = `${document.length} characters`;
    const message = `A policy has at most ${maxDocumentLength} characters; this one has ${size}.`;
    return { root: null, refusal: wholeDocument('too-large', message) };
  }
  const broken = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(document);
  if (broken) {
    const message = 'Half a character stands here (an unpaired surrogate), which no client can read. Type it again.';
    return { root: null, refusal: wholeDocument('unreadable', message, placeOf(document, broken.index)) };
  }
  const { root, problem } = readToml(document);
  if (root) return { root, refusal: null };
  const message = `This is not TOML: ${problem.message}. No client could read the document.`;
  return { root: null, refusal: wholeDocument('unreadable', message, problem) };
}
