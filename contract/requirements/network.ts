import { allowOrDeny, choice, count, flag, ignoredBefore, list, mapOf, type Shape, table, text } from './shape.ts';

const scopedHost = {
  pattern: '^(?!\\s*\\*\\s*$)',
  expected: 'a host or a scoped wildcard such as *.example.com or **.example.com',
};

const port = (description: string): Shape => count(description, { maximum: 65_535 });

/** Also a key of `permissions.network`. */
export const headerInjections = list(
  table(
    {
      host: text('The host.'),
      methods: list(text('A method.'), 'HTTP methods the headers are added to.'),
      path_prefixes: list(text('A prefix.'), 'Paths the headers are added to, by prefix.'),
      headers: mapOf(text('The value.'), 'Headers to add.'),
    },
    'Headers for one host.',
    { required: ['host', 'methods', 'path_prefixes', 'headers'] },
  ),
  'Headers the proxy adds to requests of commands, for example a token of an internal registry.',
  ignoredBefore('0.163.0'),
);

export const network: Record<string, Shape> = {
  allowed_web_search_modes: list(
    choice(
      {
        disabled: 'No web search. Always allowed, whether it is listed or not.',
        cached: "Search the vendor's index; no request reaches a site.",
        indexed: 'Search indexed pages.',
        live: 'Search the live web.',
      },
      'A web search mode.',
      { valueSince: { indexed: { version: '0.163.0', older: 'refuse' } } },
    ),
    'How the web search tool may search; an empty list switches it off.',
    { whenDisallowed: 'The client warns at start and uses what is allowed, cached before live before disabled.' },
  ),
  experimental_network: table(
    {
      enabled: flag('Start the proxy that commands in the sandbox go through. It grants no network access by itself.'),
      http_port: port('Loopback port of the HTTP proxy.'),
      socks_port: port('Loopback port of the SOCKS proxy.'),
      allow_upstream_proxy: flag('Chain through the proxy that the environment of the member names.'),
      dangerously_allow_non_loopback_proxy: flag('Let the proxy listen on other addresses than loopback.'),
      dangerously_allow_all_unix_sockets: flag('Let commands reach every Unix socket.'),
      domains: mapOf(
        choice(
          { allow: 'Commands may reach the host.', deny: 'Commands may not; wins over allow.' },
          'Allowed or denied.',
        ),
        'Hosts commands may or may not reach: exact, `*.example.com` (subdomains) or `**.example.com` (with the domain itself).',
      ),
      allowed_domains: list(text('A host pattern.', scopedHost), 'Hosts commands may reach (older form of `domains`).'),
      denied_domains: list(
        text('A host pattern.', scopedHost),
        'Hosts commands may not reach (older form of `domains`).',
      ),
      review_domains: list(
        text('A host pattern.'),
        'Hosts that ask for approval before any allow rule counts.',
        ignoredBefore('0.169.0'),
      ),
      managed_allowed_domains_only: flag('Ignore hosts members add themselves.'),
      unix_sockets: mapOf(
        choice(allowOrDeny, 'Allowed or denied.', {
          valueSince: { deny: { version: '0.140.0', older: 'refuse' } },
        }),
        'Unix sockets commands may or may not reach, by absolute path.',
      ),
      allow_unix_sockets: list(text('A path.'), 'Unix sockets commands may reach (older form of `unix_sockets`).'),
      allow_local_binding: flag('Let commands reach loopback and private addresses.'),
      header_injections: headerInjections,
    },
    'The proxy for network traffic of sandboxed commands. It does not cover web search, MCP servers or apps; the vendor calls it experimental.',
    { whenDisallowed: 'The request of the command fails: `Network access to "…" was blocked by policy.`' },
  ),
};
