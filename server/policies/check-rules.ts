import {
  findShadowedRules,
  type PrefixRule,
  RULES_ARE_NO_SANDBOX,
  type ShadowKind,
} from './command-rules/find-shadowed-rules.ts';
import { nodeAt, type TomlNode } from './read-toml.ts';
import type { Report } from './report.ts';

const refuses = 'A client that gets this document refuses to start.';

/** A rule that does what its author wrote, and still not all they may think. */
const remarks: readonly ShadowKind[] = ['walked-around', 'catches-whole-lines'];

const decisions: readonly PrefixRule['decision'][] = ['allow', 'prompt', 'forbidden', 'prompt-user'];

function alternativesOf(word: TomlNode): string[] {
  const { token, any_of: anyOf } = { ...(word.value as { token?: unknown; any_of?: unknown }) };
  return (Array.isArray(anyOf) ? anyOf : [token]).filter((entry): entry is string => typeof entry === 'string');
}

/** A rule as the search for shadows wants it; null while it is malformed, which is reported elsewhere. */
function readRule(rule: TomlNode): PrefixRule | null {
  const decision = decisions.find((known) => known === rule.children.get('decision')?.value);
  const pattern = [...(rule.children.get('pattern')?.children.values() ?? [])].map(alternativesOf);
  if (!decision || pattern.length === 0 || pattern.some((words) => words.length === 0)) return null;
  const justification = rule.children.get('justification')?.value;
  return {
    pattern,
    decision,
    isCanonical: rule.children.get('canonical_matching')?.value === true,
    ...(typeof justification === 'string' ? { justification } : {}),
  };
}

function checkShadows(rules: TomlNode, path: readonly string[], report: Report): void {
  const nodes = [...rules.children.values()];
  const read = nodes.map(readRule);
  if (read.some((rule) => rule === null)) return;
  for (const { kind, ruleIndex, message } of findShadowedRules(read.filter((rule) => rule !== null))) {
    const rule = nodes[ruleIndex];
    if (!rule) continue;
    const severity = remarks.includes(kind) ? 'info' : 'warning';
    const at = rule.children.get('pattern') ?? rule;
    report({ severity, code: `rule-${kind}`, at, path: [...path, String(ruleIndex)], message });
  }
}

function checkRule(rule: TomlNode, path: readonly string[], report: Report): void {
  const decision = rule.children.get('decision');
  if (decision?.value === 'allow') {
    report({
      severity: 'error',
      code: 'rule-allows',
      at: decision,
      path: [...path, 'decision'],
      message: `A policy cannot allow commands, only restrict them: use "prompt", "prompt-user" or "forbidden". ${refuses}`,
    });
  }
  for (const [index, word] of rule.children.get('pattern')?.children ?? []) {
    const given = ['token', 'any_of'].filter((key) => word.children.has(key));
    if (given.length === 1) continue;
    const what = given.length === 0 ? 'neither `token` nor `any_of`' : 'both `token` and `any_of`';
    report({
      severity: 'error',
      code: 'rule-word',
      at: word,
      path: [...path, 'pattern', index],
      message: `Each word of a pattern has one of \`token\` and \`any_of\`; this one has ${what}. ${refuses}`,
    });
  }
}

function isSandboxOpen(root: TomlNode): boolean {
  const modes = root.children.get('allowed_sandbox_modes')?.value;
  const profiles = root.children.get('allowed_permission_profiles');
  if (profiles) return profiles.children.get(':danger-full-access')?.value === true;
  return !Array.isArray(modes) || modes.includes('danger-full-access');
}

/** Command rules: what clients refuse, what never matches or changes nothing, and what rules cannot do. */
export function checkRules(root: TomlNode, report: Report): void {
  const path = ['rules', 'prefix_rules'];
  const rules = nodeAt(root, path);
  if (!rules) return;
  for (const [index, rule] of rules.children) checkRule(rule, [...path, index], report);
  if (rules.children.size === 0) return;
  checkShadows(rules, path, report);
  const isOpen = isSandboxOpen(root);
  report({
    severity: isOpen ? 'warning' : 'info',
    code: 'rules-are-no-sandbox',
    at: rules.key,
    path,
    message: `${RULES_ARE_NO_SANDBOX} ${
      isOpen
        ? 'Restrict `allowed_sandbox_modes` or `permissions.filesystem.deny_read` as well.'
        : 'The sandbox modes of this policy hold as well.'
    }`,
  });
}
