import { nodeAt, type TomlNode } from './read-toml.ts';
import type { Report } from './report.ts';

const refuses = 'A client that gets this document refuses to start.';

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

function checkRules(root: TomlNode, report: Report): void {
  const path = ['rules', 'prefix_rules'];
  const rules = nodeAt(root, path);
  if (!rules) return;
  for (const [index, rule] of rules.children) checkRule(rule, [...path, index], report);
  if (rules.children.size === 0) return;
  const isOpen = isSandboxOpen(root);
  report({
    severity: isOpen ? 'warning' : 'info',
    code: 'rules-are-no-sandbox',
    at: rules.key,
    path,
    message: `Prefix rules compare the first words of a command: \`env touch x\` or a script gets past a rule for \`touch\`. ${
      isOpen
        ? 'To keep files and network safe, also restrict `allowed_sandbox_modes` or `permissions.filesystem.deny_read`.'
        : 'The sandbox modes of this policy hold as well.'
    }`,
  });
}

function checkHandler(handler: TomlNode, path: readonly string[], report: Report): void {
  const type = handler.children.get('type')?.value;
  const needed = { command: ['command'], mcp_tool: ['server', 'tool'] }[String(type)] ?? [];
  for (const key of needed.filter((name) => !handler.children.has(name))) {
    report({
      severity: 'error',
      code: 'missing-key',
      at: handler.key,
      path,
      message: `A hook of type "${type}" needs the key \`${key}\`. ${refuses}`,
    });
  }
  if (type === 'prompt' || type === 'agent') {
    report({
      severity: 'warning',
      code: 'hook-skipped',
      at: handler.key,
      path: [...path, 'type'],
      message: `Clients read hooks of type "${type}" and skip them. Use "command".`,
    });
  }
}

function checkHooks(root: TomlNode, report: Report): void {
  const hooks = root.children.get('hooks');
  if (!hooks) return;
  let runsPrograms = false;
  for (const [moment, groups] of hooks.children) {
    if (!Array.isArray(groups.value)) continue;
    for (const [index, group] of groups.children) {
      for (const [place, handler] of group.children.get('hooks')?.children ?? []) {
        checkHandler(handler, ['hooks', moment, index, 'hooks', place], report);
        runsPrograms ||= handler.children.get('type')?.value === 'command';
      }
    }
  }
  if (runsPrograms && !hooks.children.has('managed_dir') && !hooks.children.has('windows_managed_dir')) {
    report({
      severity: 'warning',
      code: 'hook-folder-missing',
      at: hooks.key,
      path: ['hooks'],
      message:
        'Clients do not bring the programs of hooks. Put them on the machines with your device management and name their folder in `managed_dir`.',
    });
  }
  if (runsPrograms && nodeAt(root, ['features', 'hooks'])?.value !== true) {
    report({
      severity: 'warning',
      code: 'hooks-not-pinned',
      at: hooks.key,
      path: ['hooks'],
      message: 'Members can switch hooks off. Add `hooks = true` under `[features]` to keep them on.',
    });
  }
}

/** Clients use Rust's regular expressions; what JavaScript writes differently is put into its words before it is tried. */
function regexProblem(expression: string): string | null {
  if (/\(\?(<?[=!])/.test(expression)) return 'clients know no look-ahead and look-behind';
  const translated = expression
    .replaceAll(/\(\?[imsUux-]+\)/g, '')
    .replaceAll(/\(\?[imsUux-]+:/g, '(?:')
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\[\[:\^?\w+:\]/g, '[\\w')
    .replaceAll(/\\[zA]/g, '');
  try {
    new RegExp(translated);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function checkMatcher(matcher: TomlNode | undefined, path: readonly string[], report: Report): void {
  const expression = matcher?.children.get('expression');
  if (typeof expression?.value !== 'string') return;
  const problem = regexProblem(expression.value);
  if (problem === null) return;
  report({
    severity: 'error',
    code: 'bad-regex',
    at: expression,
    path: [...path, 'expression'],
    message: `${expression.found} is no regular expression: ${problem}. ${refuses}`,
  });
}

function checkServers(servers: TomlNode | undefined, path: readonly string[], report: Report): void {
  for (const [name, server] of servers?.children ?? []) {
    const identity = server.children.get('identity');
    const at = [...path, name, 'identity'];
    checkMatcher(identity?.children.get('url'), [...at, 'url'], report);
    for (const [index, argument] of nodeAt(identity ?? server, ['command', 'args'])?.children ?? []) {
      checkMatcher(argument, [...at, 'command', 'args', index], report);
    }
    if (identity?.children.has('command') && identity.children.has('url')) {
      report({
        severity: 'warning',
        code: 'identity-twice',
        at: identity.children.get('url')?.key ?? identity.key,
        path: [...at, 'url'],
        message: 'An identity with `command` and `url` is compared by `command` alone. Keep one of them.',
      });
    }
  }
}

/** Command rules, hooks and MCP servers: what clients refuse or skip and no single key can tell. */
export function checkTools(root: TomlNode, report: Report): void {
  checkRules(root, report);
  checkHooks(root, report);
  const servers = root.children.get('mcp_servers');
  checkServers(servers, ['mcp_servers'], report);
  for (const [name, plugin] of root.children.get('plugins')?.children ?? []) {
    checkServers(plugin.children.get('mcp_servers'), ['plugins', name, 'mcp_servers'], report);
  }
  if (servers?.children.size === 0 && servers.found === 'a table') {
    const message = 'An empty `[mcp_servers]` switches every MCP server off.';
    report({ severity: 'info', code: 'no-mcp-servers', at: servers.key, path: ['mcp_servers'], message });
  }
}
