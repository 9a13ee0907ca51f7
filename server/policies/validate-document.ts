import type { Diagnostic } from '#contract/policies.ts';
import { checkApprovals } from './check-approvals.ts';
import { checkHooks } from './check-hooks.ts';
import { checkModels } from './check-models.ts';
import { checkNetwork } from './check-network.ts';
import { checkRemarks } from './check-remarks.ts';
import { checkRules } from './check-rules.ts';
import { checkSandbox } from './check-sandbox.ts';
import { checkShape } from './check-shape.ts';
import { checkTools } from './check-tools.ts';
import { openDocument, startOfDocument } from './open-document.ts';
import { defaultProviderId } from './reeve-pins.ts';
import { byPosition, type Finding, toDiagnostic } from './report.ts';

export interface ValidationOptions {
  /** Reeve's own model provider, which a policy may not define. */
  providerId?: string;
  /** The oldest client the workspace allows; younger keys get a remark. */
  oldestClient?: string;
}

/**
 * Everything worth saying about a policy before anybody gets it, by position. An `error` is what a stock client refuses (it would not
 * start at all, for everyone with this policy), or what would work around Reeve; a `warning` is accepted and does not do what its
 * author means. Never throws on any text.
 */
export function validateDocument(document: string, options: ValidationOptions = {}): Diagnostic[] {
  const { root, refusal } = openDocument(document);
  if (!root) return refusal;
  const found: Diagnostic[] = [];
  const report = (finding: Finding): void => void found.push(toDiagnostic(finding, root));
  checkShape(root, document, report);
  checkSandbox(root, document, report);
  checkNetwork(root, report);
  checkRules(root, report);
  checkTools(root, document, report);
  checkHooks(root, report);
  checkModels(root, options.providerId ?? defaultProviderId, report);
  checkApprovals(root, report);
  checkRemarks(root, document, options.oldestClient ?? '0.140.0', report);
  if (document.startsWith('\uFEFF')) {
    const message =
      'The document starts with an invisible byte order mark. Current clients skip it; older ones may not.';
    const fix = { label: 'Remove the mark', contents: document.slice(1) };
    found.push({ severity: 'warning', code: 'byte-order-mark', message, keyPath: null, ...startOfDocument, fix });
  }
  return found.sort(byPosition);
}

export const isRefused = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((diagnostic) => diagnostic.severity === 'error');
