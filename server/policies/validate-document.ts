import type { Diagnostic } from '#contract/policies.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkHooks } from './check-hooks.ts';
import { checkModels } from './check-models.ts';
import { checkNetwork } from './check-network.ts';
import { checkRemarks } from './check-remarks.ts';
import { checkSandbox } from './check-sandbox.ts';
import { checkShape } from './check-shape.ts';
import { checkTools } from './check-tools.ts';
import { readToml, type Span } from './read-toml.ts';
import { defaultProviderId } from './reeve-pins.ts';
import { byPosition, type Finding, toDiagnostic } from './report.ts';

/** `PolicyContents` in the contract has the same limit; a policy is a page, not a data store. */
export const maxDocumentLength = 65_536;

export interface ValidationOptions {
  /** Reeve's own model provider, which a policy may not define. */
  providerId?: string;
  /** The oldest client the workspace allows; younger keys get a remark. */
  oldestClient?: string;
}

const start: Span = { from: { line: 1, column: 1 }, to: { line: 1, column: 1 } };

function wholeDocument(code: string, message: string, at: Span = start): Diagnostic[] {
  return [{ severity: 'error', code, message, keyPath: null, from: at.from, to: at.to, fix: null }];
}

function placeOf(document: string, index: number): Span {
  const lines = document.slice(0, index).split('\n');
  const line = lines.length;
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { from: { line, column }, to: { line, column: column + 1 } };
}

/**
 * Everything worth saying about a policy before anybody gets it, by position. An `error` is what a stock client refuses (it would not
 * start at all, for everyone with this policy), or what would work around Reeve; a `warning` is accepted and does not do what its
 * author means. Never throws on any text.
 */
export function validateDocument(document: string, options: ValidationOptions = {}): Diagnostic[] {
  if (document.length > maxDocumentLength) {
    const size = `${document.length} characters`;
    return wholeDocument('too-large', `A policy has at most ${maxDocumentLength} characters; this one has ${size}.`);
  }
  const broken = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(document);
  if (broken) {
    const message = 'Half a character stands here (an unpaired surrogate), which no client can read. Type it again.';
    return wholeDocument('unreadable', message, placeOf(document, broken.index));
  }
  const { root, problem } = readToml(document);
  if (problem) {
    return wholeDocument(
      'unreadable',
      `This is not TOML: ${problem.message}. No client could read the document.`,
      problem,
    );
  }
  const found: Diagnostic[] = [];
  const report = (finding: Finding): void => void found.push(toDiagnostic(finding, root));
  checkShape(root, document, report);
  checkSandbox(root, document, report);
  checkNetwork(root, report);
  checkTools(root, report);
  checkHooks(root, report);
  checkModels(root, options.providerId ?? defaultProviderId, report);
  checkApprovals(root, report);
  checkRemarks(root, document, options.oldestClient ?? '0.140.0', report);
  if (document.startsWith('\uFEFF')) {
    const message =
      'The document starts with an invisible byte order mark. Current clients skip it; older ones may not.';
    const fix = { label: 'Remove the mark', contents: document.slice(1) };
    found.push({ severity: 'warning', code: 'byte-order-mark', message, keyPath: null, ...start, fix });
  }
  return found.sort(byPosition);
}

export const isRefused = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');
