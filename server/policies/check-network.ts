import { nodeAt, type TomlNode } from './read-toml.ts';
import type { Report } from './report.ts';

const refuses = 'A client that gets this document refuses to start.';

/** `domains` and its older spellings, `unix_sockets` and its older spelling: a document uses one of the two forms. */
export const exclusiveForms = [
  ['domains', 'allowed_domains'],
  ['domains', 'denied_domains'],
  ['unix_sockets', 'allow_unix_sockets'],
] as const;

function checkForms(proxy: TomlNode, report: Report): void {
  for (const [newer, older] of exclusiveForms) {
    const node = proxy.children.get(older);
    if (!node || !proxy.children.has(newer)) continue;
    report({
      severity: 'error',
      code: 'two-forms',
      at: node.key,
      path: ['experimental_network', older],
      message: `\`${newer}\` and its older form \`${older}\` cannot be used together: move the entries into \`${newer}\`. ${refuses}`,
    });
  }
}

function checkKeys(root: TomlNode, report: Report): void {
  const domains = ['experimental_network', 'domains'];
  for (const [pattern, node] of nodeAt(root, domains)?.children ?? []) {
    if (pattern.trim() !== '*') continue;
    report({
      severity: 'error',
      code: 'malformed',
      at: node.key,
      path: [...domains, pattern],
      message: `"*" alone is no host pattern: name hosts or scoped wildcards such as "*.example.com". ${refuses}`,
    });
  }
  const exact = ['application', 'network', 'domains'];
  for (const [host, node] of nodeAt(root, exact)?.children ?? []) {
    if (/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(host)) continue;
    report({
      severity: 'error',
      code: 'malformed',
      at: node.key,
      path: [...exact, host],
      message: `\`${host}\` is no exact host name: no wildcard, address, port or other letters than a–z, 0–9 and "-". ${refuses}`,
    });
  }
  const sockets = ['experimental_network', 'unix_sockets'];
  for (const [path, node] of nodeAt(root, sockets)?.children ?? []) {
    if (path.startsWith('/')) continue;
    report({
      severity: 'warning',
      code: 'relative-path',
      at: node.key,
      path: [...sockets, path],
      message: `\`${path}\` is not an absolute path. Clients before 0.163.0 refuse to start with it.`,
    });
  }
}

function remarkOnEgress(root: TomlNode, report: Report): void {
  const egress = nodeAt(root, ['application', 'network']);
  if (!egress || egress.children.get('enabled')?.value === false) return;
  const message =
    'The client itself reaches only the hosts listed here, over HTTPS, and Reeve, which adds its own host. Telemetry collectors and MCP servers over HTTP need an entry as well.';
  report({ severity: 'info', code: 'client-egress', at: egress.key, path: ['application', 'network'], message });
}

/** The rules on network keys that a schema cannot tell. */
export function checkNetwork(root: TomlNode, report: Report): void {
  const proxy = root.children.get('experimental_network');
  if (proxy) checkForms(proxy, report);
  checkKeys(root, report);
  remarkOnEgress(root, report);
}
