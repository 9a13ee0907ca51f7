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
    for (const kind of ['command', 'url']) {
      const wanted = identity?.children.get(kind);
      if (typeof wanted?.value !== 'string' || wanted.value.trim() !== '') continue;
      const message = `No server has a blank \`${kind}\`, so \`${name}\` stays off for everybody.`;
      report({ severity: 'warning', code: 'identity-matches-nothing', at: wanted, path: [...at, kind], message });
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
export function checkTools(root: TomlNode, document: string, report: Report): void {
  const servers = root.children.get('mcp_servers');
  checkServers(servers, ['mcp_servers'], report);
  for (const [name, plugin] of root.children.get('plugins')?.children ?? []) {
    checkServers(plugin.children.get('mcp_servers'), ['plugins', name, 'mcp_servers'], report);
  }
  if (servers && isTableOfNothing(servers) && !isMeant(servers, document)) {
    const message =
      'An empty `[mcp_servers]` switches every MCP server of every member off. If that is meant, say so in a comment above it; if not, take the line out.';
    report({ severity: 'warning', code: 'no-mcp-servers', at: servers.key, path: ['mcp_servers'], message });
  }
}

const isTableOfNothing = ({ children, found }: TomlNode): boolean => children.size === 0 && found === 'a table';

/** Somebody who writes a reason did not leave the table behind by accident. */
function isMeant({ key }: TomlNode, document: string): boolean {
  const lines = document.split('\n');
  return [lines[key.from.line - 2], lines[key.from.line - 1]].some((line) => /#\s*\w/.test(line ?? ''));
}
