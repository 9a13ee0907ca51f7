import { nodeAt, type TomlNode } from './read-toml.ts';
import { regexProblem } from './regex-problem.ts';
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

/** Command rules and MCP servers: what clients refuse or skip and no single key can tell. */
export function checkTools(root: TomlNode, report: Report): void {
  checkRules(root, report);
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
