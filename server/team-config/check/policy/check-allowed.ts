import type { TomlNode } from '#server/policies/index.ts';
import { type Comparison, isTable, tell, valueAt } from './policy.ts';

const listOf = (value: unknown): unknown[] | null => (Array.isArray(value) ? value : null);
const written = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : JSON.stringify(value));

const granularDefaults = {
  sandbox_approval: false,
  rules: false,
  skill_approval: false,
  request_permissions: false,
  mcp_elicitations: false,
};

/** The same value in the same words: older names, and what a table leaves out. */
function plain(value: unknown): string {
  if (value === 'on-failure') return written('on-request');
  if (value === 'guardian_subagent') return written('auto_review');
  const granular = valueAt(value, ['granular']);
  if (!isTable(granular)) return JSON.stringify(value);
  const whole: Record<string, unknown> = { ...granularDefaults, ...granular };
  return JSON.stringify(
    Object.keys(whole)
      .sort()
      .map((key) => [key, whole[key]]),
  );
}

interface List {
  key: string;
  list: string;
  /** Allowed whatever the list says. */
  always: readonly string[];
  instead(allowed: readonly unknown[]): string;
}

const bestSearch = (allowed: readonly unknown[]): string =>
  ['cached', 'indexed', 'live'].find((mode) => allowed.includes(mode)) ?? 'disabled';

const lists: readonly List[] = [
  { key: 'approval_policy', list: 'allowed_approval_policies', always: [], instead: ([first]) => written(first) },
  { key: 'approvals_reviewer', list: 'allowed_approvals_reviewers', always: [], instead: ([first]) => written(first) },
  {
    key: 'web_search',
    list: 'allowed_web_search_modes',
    always: ['disabled'],
    instead: (allowed) => written(bestSearch(allowed)),
  },
];

function checkLists(comparison: Comparison): void {
  const { root, policy } = comparison;
  for (const { key, list, always, instead } of lists) {
    const node = root.children.get(key);
    const allowed = listOf(policy.values[list]);
    // An older list names it so that stricter folders stay possible; clients refuse it as a value, which is said elsewhere.
    if (!node || !allowed || node.value === 'untrusted') continue;
    if ([...always, ...allowed].map(plain).includes(plain(node.value))) continue;
    const message = `This repository asks for \`${key} = ${node.found}\`; ${policy.source(list)} allows ${allowed.map(written).join(', ') || 'nothing'}. Clients warn at every start and use ${instead(allowed)}.`;
    tell(comparison, 'policy-falls-back', node.span, message, `Write ${instead(allowed)}, or leave the key out.`);
  }
}

const modeOfProfile: Readonly<Record<string, string>> = {
  ':read-only': 'read-only',
  ':workspace': 'workspace-write',
  ':danger-full-access': 'danger-full-access',
};

function startOf(root: TomlNode): { key: string; node: TomlNode; mode: string } | null {
  const profile = root.children.get('default_permissions');
  if (profile) {
    const mode = modeOfProfile[String(profile.value)];
    return mode === undefined ? null : { key: 'default_permissions', node: profile, mode };
  }
  const sandbox = root.children.get('sandbox_mode');
  return sandbox ? { key: 'sandbox_mode', node: sandbox, mode: String(sandbox.value) } : null;
}

/** `codex exec` never asks unless it is told to: it refuses to drop to read-only without anybody to ask. */
const neverAsks = (root: TomlNode, allowed: unknown[] | null): boolean =>
  ['never', undefined].includes(root.children.get('approval_policy')?.value as string | undefined) &&
  (allowed === null || allowed.includes('never'));

function checkModes(comparison: Comparison): void {
  const { root, policy } = comparison;
  const start = startOf(root);
  if (!start) return;
  const { key, node, mode } = start;
  const modes = listOf(policy.values.allowed_sandbox_modes);
  const denied = listOf(valueAt(policy.values, ['permissions', 'filesystem', 'deny_read'])) ?? [];
  const isFull = mode === 'danger-full-access';
  const isListed = modes === null || modes.includes(mode);
  if (isListed && !(isFull && denied.length > 0)) return;
  const by = isListed
    ? `${policy.source('permissions.filesystem.deny_read')} rules full access out`
    : `${policy.source('allowed_sandbox_modes')} allows ${(modes ?? []).map(written).join(', ')}`;
  const asks = `This repository asks for \`${key} = ${node.found}\`; ${by}.`;
  if (isFull && neverAsks(root, listOf(policy.values.allowed_approval_policies)))
    tell(
      comparison,
      'policy-refuses-start',
      node.span,
      `${asks} \`codex exec\` refuses to run here; other clients warn and use "read-only".`,
      'Write "workspace-write" or "read-only", or leave the key out.',
    );
  else
    tell(
      comparison,
      'policy-falls-back',
      node.span,
      `${asks} Clients warn at every start and use "read-only".`,
      'Write an allowed value, or leave the key out.',
    );
}

function profileInstead(policy: Comparison['policy'], allowed: Readonly<Record<string, unknown>>): string {
  const chosen = policy.values.default_permissions;
  if (typeof chosen === 'string') return written(chosen);
  return written(allowed[':workspace'] === true ? ':workspace' : ':read-only');
}

function checkProfiles(comparison: Comparison, allowed: Readonly<Record<string, unknown>>): void {
  const { root, policy } = comparison;
  const instead = profileInstead(policy, allowed);
  const mode = root.children.get('sandbox_mode');
  const chosen = root.children.get('default_permissions');
  if (mode)
    tell(
      comparison,
      'policy-uses-profiles',
      mode.span,
      `This repository asks for \`sandbox_mode = ${mode.found}\`; with ${policy.source('allowed_permission_profiles')} clients ignore it and use the profile ${instead}.`,
      'Remove it, or choose a profile with `default_permissions`.',
    );
  if (typeof chosen?.value !== 'string' || allowed[chosen.value] === true) return;
  const names = Object.keys(allowed).filter((name) => allowed[name] === true);
  tell(
    comparison,
    'policy-falls-back',
    chosen.span,
    `This repository asks for the permission profile ${chosen.found}; ${policy.source('allowed_permission_profiles')} allows ${names.map(written).join(', ') || 'none'}. Clients warn at every start and use ${instead}.`,
    'Choose an allowed profile, or leave the key out.',
  );
}

/** Values of which the policy lists the allowed ones: approvals, sandbox, profiles, web search. */
export function checkAllowed(comparison: Comparison): void {
  checkLists(comparison);
  const profiles = comparison.policy.values.allowed_permission_profiles;
  if (isTable(profiles)) checkProfiles(comparison, profiles);
  else checkModes(comparison);
}
