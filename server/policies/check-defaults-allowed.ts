import { nodeAt, type TomlNode } from './read-toml.ts';
import { type Report, writePath } from './report.ts';

/** A default and the list of the policy that has to contain it. */
const lists: readonly { key: string; list: string; always: readonly string[]; instead: (list: TomlNode) => string }[] =
  [
    { key: 'approval_policy', list: 'allowed_approval_policies', always: [], instead: first },
    { key: 'approvals_reviewer', list: 'allowed_approvals_reviewers', always: [], instead: first },
    { key: 'sandbox_mode', list: 'allowed_sandbox_modes', always: [], instead: () => '"read-only"' },
    { key: 'web_search', list: 'allowed_web_search_modes', always: ['disabled'], instead: () => 'what is allowed' },
  ];

function first(list: TomlNode): string {
  return list.children.get('0')?.found ?? 'nothing';
}

/** Keys both documents have and the policy decides. */
const decided: readonly string[] = [
  'allow_login_shell',
  'feedback',
  'log_dir',
  'model_catalog_json',
  'otel',
  'sqlite_home',
];

interface Pair {
  root: TomlNode;
  required: TomlNode;
  report: Report;
}

const written = (value: unknown): string => JSON.stringify(value);

function checkLists({ root, required, report }: Pair): void {
  for (const { key, list, always, instead } of lists) {
    const node = root.children.get(key);
    const allowed = required.children.get(list);
    if (!node || !Array.isArray(allowed?.value)) continue;
    const entries = [...always, ...allowed.value].map(written);
    if (entries.includes(written(node.value))) continue;
    const message = `${node.found} is not in \`${list}\` of this policy: clients warn at every start and use ${instead(allowed)}.`;
    report({ severity: 'warning', code: 'default-not-allowed', at: node, path: [key], message });
  }
}

function checkProfile({ root, required, report }: Pair): void {
  const node = root.children.get('default_permissions');
  const allowed = required.children.get('allowed_permission_profiles');
  if (typeof node?.value !== 'string' || !allowed || allowed.children.get(node.value)?.value === true) return;
  const message = `${node.found} is not among \`allowed_permission_profiles\` of this policy: clients warn at every start and use its \`default_permissions\`.`;
  report({ severity: 'warning', code: 'default-not-allowed', at: node, path: ['default_permissions'], message });
}

function checkNames({ root, required, report }: Pair): void {
  const servers = required.children.get('mcp_servers');
  for (const [name, node] of root.children.get('mcp_servers')?.children ?? []) {
    const entry = servers?.children.get(name);
    const identity = entry?.children.get('identity')?.children;
    const differs = ['command', 'url'].some((key) => {
      const wanted = identity?.get(key)?.value;
      return typeof wanted === 'string' && wanted !== node.children.get(key)?.value;
    });
    if (!servers || (entry && !differs)) continue;
    const why = entry ? 'has another identity there' : 'is not there';
    const message = `This policy lists the allowed servers in \`mcp_servers\`, and \`${name}\` ${why}: clients show it as disabled.`;
    report({ severity: 'warning', code: 'default-not-allowed', at: node.key, path: ['mcp_servers', name], message });
  }
  const pins = required.children.get('features') ?? required.children.get('feature_requirements');
  for (const [name, node] of root.children.get('features')?.children ?? []) {
    const pin = pins?.children.get(name);
    if (!pin || pin.value === node.value) continue;
    const message = `This policy pins the feature \`${name}\` to ${pin.found}, so this changes nothing.`;
    report({ severity: 'warning', code: 'default-not-allowed', at: node, path: ['features', name], message });
  }
  for (const [name, node] of root.children.get('permissions')?.children ?? []) {
    if (!nodeAt(required, ['permissions', name])) continue;
    const message = `The policy defines the permission profile \`${name}\` as well; a client that gets both refuses to start.`;
    report({ severity: 'error', code: 'defined-twice', at: node.key, path: ['permissions', name], message });
  }
}

function checkDecided({ root, required, report }: Pair): void {
  for (const key of decided) {
    const node = root.children.get(key);
    const pin = required.children.get(key);
    if (!node || !pin || written(node.value) === written(pin.value)) continue;
    const message = `This policy decides \`${writePath([key], root)}\`: clients warn at every start and use its value.`;
    report({ severity: 'warning', code: 'default-not-allowed', at: node.key, path: [key], message });
  }
}

/** `codex exec` never asks: where the policy denies it full access, it refuses to run instead of falling back to read-only. */
function checkFullAccess({ root, required, report }: Pair): void {
  const start = [
    { key: 'default_permissions', full: ':danger-full-access' },
    { key: 'sandbox_mode', full: 'danger-full-access' },
  ].find(({ key, full }) => root.children.get(key)?.value === full);
  const mode = start && root.children.get(start.key);
  if (!mode || required.children.has('allowed_permission_profiles')) return;
  const modes = required.children.get('allowed_sandbox_modes')?.value;
  const denied = nodeAt(required, ['permissions', 'filesystem', 'deny_read'])?.children.size ?? 0;
  const isLimited = denied > 0 || (Array.isArray(modes) && !modes.includes('danger-full-access'));
  const policies = required.children.get('allowed_approval_policies')?.value;
  const neverAsks = !Array.isArray(policies) || policies.includes('never');
  if (!isLimited || !neverAsks) return;
  const message =
    'The policy does not allow full access and does allow the approval policy "never": `codex exec` refuses to run with this default.';
  report({ severity: 'error', code: 'full-access-limited', at: mode, path: [start.key], message });
}

/** Defaults that the requirements of the same policy do not allow. */
export function checkDefaultsAllowed(root: TomlNode, required: TomlNode, report: Report): void {
  const pair = { root, required, report };
  checkLists(pair);
  checkProfile(pair);
  checkNames(pair);
  checkDecided(pair);
  checkFullAccess(pair);
}
