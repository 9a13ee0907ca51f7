import type { TomlNode } from '#server/policies/index.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

const ofCommand = ['args', 'env', 'env_vars', 'cwd'];
const ofAddress = ['url', 'bearer_token_env_var', 'http_headers', 'env_http_headers', 'oauth_resource'];

function wrongKeys(server: TomlNode): { names: string[]; kind: string } {
  const has = (name: string) => server.children.has(name);
  // A token in a repository is everybody's token; clients take it from the environment only.
  const always = ['bearer_token'].filter(has);
  if (has('command')) return { names: [...always, ...ofAddress.filter(has)], kind: 'runs on the machine (`command`)' };
  if (has('url')) return { names: [...always, ...ofCommand.filter(has)], kind: 'is reached over HTTP (`url`)' };
  return { names: always, kind: 'has neither `command` nor `url`' };
}

/** `[mcp_servers]`: settings of the other kind of connection, which clients refuse. */
export function checkServers(layer: Layer, findings: Findings): void {
  for (const [name, server] of layer.root.children.get('mcp_servers')?.children ?? []) {
    const { names, kind } = wrongKeys(server);
    for (const wrong of names) {
      const node = server.children.get(wrong);
      if (!node) continue;
      const message = `The MCP server \`${name}\` ${kind} and cannot have \`${wrong}\`. ${failsToStart}`;
      const fix = wrong === 'bearer_token' ? 'Name an environment variable with `bearer_token_env_var`.' : 'Remove it.';
      tellAt(layer, node.key, findings)('mcp-transport', message, fix);
    }
  }
}
