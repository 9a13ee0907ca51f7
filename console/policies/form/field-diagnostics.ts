import type { Diagnostic } from '#contract/policies.ts';
import { writeTomlPath } from './inline-toml.ts';

/** The diagnostics of a key; those of what is inside it, too, unless `isExact`. */
export function diagnosticsAt(
  diagnostics: readonly Diagnostic[],
  path: readonly string[],
  { isExact }: { isExact: boolean },
): Diagnostic[] {
  const name = writeTomlPath(path);
  return diagnostics.filter(
    ({ keyPath }) =>
      keyPath !== null &&
      (keyPath === name || (!isExact && (keyPath.startsWith(`${name}.`) || keyPath.startsWith(`${name}[`)))),
  );
}
