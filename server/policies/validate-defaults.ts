import type { Diagnostic } from '#contract/policies.ts';
import { defaultsShape } from '#contract/requirements/default-keys.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkDefaultsAllowed } from './check-defaults-allowed.ts';
import { checkShape } from './check-shape.ts';
import { openDocument } from './open-document.ts';
import { readToml } from './read-toml.ts';
import { defaultProviderId } from './reeve-pins.ts';
import { byPosition, type Finding, toDiagnostic } from './report.ts';
import type { ValidationOptions } from './validate-document.ts';

/**
 * Everything worth saying about the `config.toml` defaults of a policy, by position; `requirements` is its first document. Members may
 * change defaults, but a broken one stops their clients like a broken policy does: an `error` is what the client refuses. Never throws.
 */
export function validateDefaults(
  defaults: string,
  requirements: string,
  options: ValidationOptions = {},
): Diagnostic[] {
  const { root, refusal } = openDocument(defaults);
  if (!root) return refusal;
  const required = readToml(requirements).root;
  const found: Diagnostic[] = [];
  const report = (finding: Finding): void => void found.push(toDiagnostic(finding, root));
  const walk = { root, document: defaults, oldestClient: options.oldestClient ?? '0.140.0', report };
  checkShape(root, defaults, report, defaultsShape);
  checkDefaults(walk, required, options.providerId ?? defaultProviderId);
  if (required) checkDefaultsAllowed(root, required, report);
  return found.sort(byPosition);
}
