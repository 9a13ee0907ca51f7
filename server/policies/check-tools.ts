import { nodeAt, type TomlNode } from './read-toml.ts';
import { regexProblem } from './regex-problem.ts';
import type { Report } from './report.ts';

const refuses = 'A client that gets this document refuses to start.';

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

/** MCP servers: what clients refuse or skip and no single key can tell. */
export function checkTools(root: TomlNode, report: Report): void {
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
