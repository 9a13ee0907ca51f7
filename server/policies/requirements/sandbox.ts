import { headerInjections } from './network.ts';
import { choice, count, flag, ignoredBefore, list, mapOf, refusedBefore, type Shape, table, text } from './shape.ts';

const sandboxModes = ['read-only', 'workspace-write', 'danger-full-access', 'external-sandbox'] as const;

const sandboxModeList = list(choice(sandboxModes, 'A sandbox mode.'), 'Sandbox modes; `read-only` must be among them.');

/** `permissions.<name>` that the client reads as constraints of its own instead of as a profile. */
export const reservedPermissionNames = ['filesystem', 'network'] as const;

const fileAccess: Shape = {
  anyOf: [
    choice(['read', 'write', 'deny', 'none'], 'Access to the path.'),
    mapOf(choice(['read', 'write', 'deny', 'none'], 'Access to the path below.'), 'Access by path below this one.'),
  ],
  expected: '"read", "write", "deny" or a table from relative path to one of these',
};

const permissionProfile = table(
  {
    description: text('What members read when they choose the profile.'),
    extends: text('The profile this one starts from, e.g. ":workspace".'),
    workspace_roots: mapOf(flag('Whether it is a root.'), 'Folders that count as workspace.'),
    filesystem: {
      type: 'object',
      description: 'Access by path: absolute, `~/…` or a name such as ":root".',
      properties: { glob_scan_max_depth: count('How deep globs are searched.') },
      additionalProperties: fileAccess,
    },
    network: table(
      {
        enabled: flag('Whether commands reach the network.'),
        mode: choice(['limited', 'full'], 'limited: read-only requests; full: everything.'),
        domains: mapOf(choice(['allow', 'deny'], 'Allowed or denied.'), 'Hosts by pattern.'),
        unix_sockets: mapOf(choice(['allow', 'deny'], 'Allowed or denied.'), 'Sockets by path.'),
        allow_local_binding: flag('Reach loopback and private addresses.'),
        allow_upstream_proxy: flag('Chain through the proxy of the environment.'),
        dangerously_allow_non_loopback_proxy: flag('Listen on other addresses than loopback.'),
        dangerously_allow_all_unix_sockets: flag('Reach every Unix socket.'),
        proxy_url: text('Address of the HTTP proxy.'),
        socks_url: text('Address of the SOCKS proxy.'),
        enable_socks5: flag('Offer SOCKS5.'),
        enable_socks5_udp: flag('Offer SOCKS5 with UDP.'),
        mitm: { description: 'Inspection of TLS traffic.' },
      },
      'Network access of commands.',
    ),
  },
  'A permission profile of your own.',
);

export const sandbox: Record<string, Shape> = {
  allowed_sandbox_modes: sandboxModeList,
  remote_sandbox_config: list(
    table(
      {
        hostname_patterns: list(text('A pattern with * and ?.'), 'Host names this entry is for.'),
        allowed_sandbox_modes: sandboxModeList,
      },
      'Sandbox modes for machines by host name.',
      { required: ['hostname_patterns', 'allowed_sandbox_modes'] },
    ),
    'Sandbox modes by host name; the first match replaces `allowed_sandbox_modes`. A host name proves nothing.',
    ignoredBefore('0.140.0'),
  ),
  allowed_permission_profiles: mapOf(
    flag('Whether members may choose it.'),
    'The whole list of permission profiles members may choose; others are denied.',
    ignoredBefore('0.140.0'),
  ),
  default_permissions: text('The permission profile clients start with.', ignoredBefore('0.140.0')),
  permissions: {
    type: 'object',
    description: 'Paths nobody may read, and permission profiles of your own.',
    properties: {
      filesystem: table(
        {
          deny_read: list(
            text('An absolute path, `~/…` or a glob; braces are not supported.', {
              pattern: '^[^{}]*$',
              expected: 'a path without { and }: write one entry for each alternative',
            }),
            'Files no command and no tool may read, whatever the profile.',
          ),
        },
        'Constraints on files for every profile.',
      ),
      network: table({ header_injections: headerInjections }, 'Constraints on the network for every profile.', {
        not: { anyOf: ['description', 'extends', 'workspace_roots', 'filesystem'].map((key) => ({ required: [key] })) },
        minProperties: 1,
        expected: 'a profile name other than "network", which the client reserves (e.g. "network-access")',
        ...refusedBefore('0.169.0'),
      }),
    },
    additionalProperties: permissionProfile,
    ...ignoredBefore('0.140.0'),
  },
  windows: table(
    {
      allowed_sandbox_implementations: list(
        choice(['elevated', 'unelevated'], 'A sandbox implementation.'),
        'Windows sandbox implementations members may use.',
        { minItems: 1 },
      ),
      require_mxc: flag('Require the MXC sandbox.', ignoredBefore('0.163.0')),
    },
    'The Windows sandbox.',
    ignoredBefore('0.140.0'),
  ),
};
