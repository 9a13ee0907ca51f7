import { isDeepStrictEqual } from 'node:util';
import type { TomlNode } from '#server/policies/index.ts';
import { type Comparison, isTable, tell, valueAt } from './policy.ts';

/** Both documents have them, and the policy's value holds. */
const pinned: readonly string[] = [
  'allow_login_shell',
  'check_for_update_on_startup',
  'feedback',
  'log_dir',
  'model_catalog_json',
  'sqlite_home',
];

function checkPinned(comparison: Comparison): void {
  const { root, policy } = comparison;
  for (const key of pinned) {
    const node = root.children.get(key);
    const value = policy.values[key];
    if (!node || value === undefined || isDeepStrictEqual(node.value, value)) continue;
    const message = `${policy.source(key)} decides this, so the value here changes nothing. Clients warn at every start.`;
    tell(comparison, 'policy-decides', node.key, message, 'Remove it.');
  }
}

function checkFeatures(comparison: Comparison): void {
  const { root, policy } = comparison;
  const table = policy.values.features ? 'features' : 'feature_requirements';
  for (const [name, node] of root.children.get('features')?.children ?? []) {
    const pin = valueAt(policy.values, [table, name]);
    if (typeof pin !== 'boolean' || pin === node.value) continue;
    const message = `This repository asks for \`features.${name} = ${node.found}\`; ${policy.source(`${table}.${name}`)} pins it to ${pin}, and that holds without a word.`;
    tell(comparison, 'policy-decides', node.span, message, 'Remove it.');
  }
}

function checkApps(comparison: Comparison): void {
  const { root, policy } = comparison;
  for (const [id, node] of root.children.get('apps')?.children ?? []) {
    const enabled = node.children.get('enabled');
    if (enabled?.value !== true || valueAt(policy.values, ['apps', id, 'enabled']) !== false) continue;
    const message = `${policy.source(`apps.${id}`)} switches this app off, and it stays off.`;
    tell(comparison, 'policy-decides', enabled.span, message, 'Remove it.');
  }
}

function matchesText(rule: unknown, text: unknown): boolean {
  if (typeof text !== 'string') return false;
  if (typeof rule === 'string') return rule === text;
  const value = valueAt(rule, ['value']);
  const expression = valueAt(rule, ['expression']);
  if (typeof value === 'string') return valueAt(rule, ['match']) === 'prefix' ? text.startsWith(value) : text === value;
  if (typeof expression !== 'string') return false;
  try {
    return new RegExp(`^(?:${expression})$`, 'u').test(text);
  } catch {
    // An expression only clients understand: nothing is claimed about it.
    return true;
  }
}

/** Whether a server is the one the policy means by its name. */
function isSame(identity: unknown, server: TomlNode): boolean {
  const given = (key: string) => server.children.get(key)?.value;
  const command = valueAt(identity, ['command']);
  if (typeof command === 'string') return command === given('command');
  if (isTable(command)) {
    const wanted = Array.isArray(command.args) ? command.args : [];
    const listed = given('args');
    const args: unknown[] = Array.isArray(listed) ? listed : [];
    const isExecutable = command.executable === given('command');
    return isExecutable && wanted.length === args.length && wanted.every((rule, at) => matchesText(rule, args[at]));
  }
  const url = valueAt(identity, ['url']);
  return url === undefined || matchesText(url, given('url'));
}

function checkServers(comparison: Comparison): void {
  const { root, policy } = comparison;
  const allowed = policy.values.mcp_servers;
  if (!isTable(allowed)) return;
  for (const [name, server] of root.children.get('mcp_servers')?.children ?? []) {
    const entry = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (entry !== undefined && isSame(valueAt(entry, ['identity']), server)) continue;
    const why = entry === undefined ? 'does not list it' : 'lists another program or address under this name';
    const message = `This repository brings the MCP server \`${name}\`; ${policy.source('mcp_servers')} ${why}. Clients show it as disabled.`;
    tell(comparison, 'policy-disables-server', server.key, message, 'Remove it, or ask for it to be put on the list.');
  }
}

function checkDoubles(comparison: Comparison): void {
  const { root, policy } = comparison;
  for (const [name, node] of root.children.get('permissions')?.children ?? []) {
    if (valueAt(policy.values, ['permissions', name]) === undefined) continue;
    const message = `${policy.source(`permissions.${name}`)} defines this permission profile as well; clients that get both refuse to start.`;
    tell(comparison, 'policy-refuses-start', node.key, message, 'Give the profile here another name.');
  }
}

function checkNetwork(comparison: Comparison): void {
  const { root, policy } = comparison;
  const node = root.children.get('sandbox_workspace_write')?.children.get('network_access');
  if (node?.value !== true || valueAt(policy.values, ['experimental_network', 'enabled']) !== true) return;
  const message = `This repository opens the network for commands; ${policy.source('experimental_network')} sends them through its proxy, which lets only allowed hosts pass.`;
  tell(comparison, 'policy-limits-network', node.span, message, 'Ask for the hosts the project needs.');
}

/** Settings that the policy decides, whatever a repository says. */
export function checkDecided(comparison: Comparison): void {
  checkPinned(comparison);
  checkFeatures(comparison);
  checkApps(comparison);
  checkServers(comparison);
  checkDoubles(comparison);
  checkNetwork(comparison);
}
