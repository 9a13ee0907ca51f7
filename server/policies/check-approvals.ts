import type { TomlNode } from './read-toml.ts';
import type { Report } from './report.ts';

function checkPolicies(root: TomlNode, report: Report): void {
  const list = root.children.get('allowed_approval_policies');
  if (!Array.isArray(list?.value) || list.value.length === 0) return;
  const path = ['allowed_approval_policies'];
  const named: unknown[] = list.value;
  if (named.every((entry) => entry === 'untrusted')) {
    report({
      severity: 'warning',
      code: 'desktop-unusable',
      at: list,
      path,
      message:
        'With "untrusted" alone the desktop app cannot work: it always asks with "on-request". Put "on-request" into the list as well.',
    });
  }
  for (const [index, node] of list.children) {
    if (node.value !== 'on-failure') continue;
    const message = '"on-failure" is an old value; current clients use "on-request" in its place.';
    report({ severity: 'warning', code: 'old-value', at: node, path: [...path, index], message });
  }
  const modes = root.children.get('allowed_sandbox_modes')?.value;
  if (named.includes('never') && Array.isArray(modes) && modes.includes('danger-full-access')) {
    report({
      severity: 'warning',
      code: 'no-protection',
      at: list,
      path,
      message:
        '"never" together with the sandbox mode "danger-full-access" lets the model run anything on the machine without a question.',
    });
  }
}

function checkDuplicates(root: TomlNode, report: Report): void {
  const alias = root.children.get('feature_requirements');
  if (alias && root.children.has('features')) {
    report({
      severity: 'error',
      code: 'two-forms',
      at: alias.key,
      path: ['feature_requirements'],
      message:
        '`feature_requirements` is the older name of `features`; a document uses one of them. A client that gets both refuses to start.',
    });
  }
}

/** Approval policies that lock people out or protect nothing, and the same key under two names. */
export function checkApprovals(root: TomlNode, report: Report): void {
  checkPolicies(root, report);
  checkDuplicates(root, report);
}
