import type { Diagnostic } from '#contract/policies.ts';
import type { Span, TomlNode } from './read-toml.ts';

export interface Finding {
  severity: Diagnostic['severity'];
  code: string;
  /** A node stands for its value, a span for exactly that stretch. */
  at: TomlNode | Span;
  path: readonly string[];
  message: string;
  fix?: Diagnostic['fix'];
}

export type Report = (finding: Finding) => void;

const bareKey = /^[A-Za-z0-9_-]+$/;

/** A path as people write it: `rules.prefix_rules[0].decision`, `mcp_servers."my server"`. */
export function writePath(path: readonly string[], root: TomlNode): string {
  let written = '';
  let node: TomlNode | undefined = root;
  for (const name of path) {
    if (Array.isArray(node?.value)) written += `[${name}]`;
    else written += (written === '' ? '' : '.') + (bareKey.test(name) ? name : JSON.stringify(name));
    node = node?.children.get(name);
  }
  return written;
}

const spanOf = (at: TomlNode | Span): Span => ('span' in at ? at.span : at);

export function toDiagnostic(finding: Finding, root: TomlNode): Diagnostic {
  const { from, to } = spanOf(finding.at);
  const { severity, code, message } = finding;
  const keyPath = finding.path.length === 0 ? null : writePath(finding.path, root);
  return { severity, code, message, keyPath, from, to, fix: finding.fix ?? null };
}

const rank = { error: 0, warning: 1, info: 2 } as const;

export function byPosition(left: Diagnostic, right: Diagnostic): number {
  return (
    left.from.line - right.from.line ||
    left.from.column - right.from.column ||
    rank[left.severity] - rank[right.severity] ||
    left.code.localeCompare(right.code)
  );
}
