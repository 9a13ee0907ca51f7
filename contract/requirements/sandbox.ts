import { headerInjections } from './network.ts';
import { choice, count, flag, ignoredBefore, list, mapOf, refusedBefore, type Shape, table, text } from './shape.ts';

const sandboxModeList = (description: string, extra = {}): Shape =>
  list(
    choice(
      {
        'read-only': 'Commands read files and change nothing, without network. Must be in the list.',
        'workspace-write':
          'Commands write in the project folder and the temporary folders, without network unless it is switched on.',
        'danger-full-access': 'No sandbox at all.',
        'external-sandbox': 'The client trusts a sandbox around it, for example a container.',
      },
      'A sandbox mode.',
    ),
    description,
    extra,
  );

/** `permissions.<name>` that the client reads as constraints of its own instead of as a profile. */
export const reservedPermissionNames = ['filesystem', 'network'] as const;

const access = {
  read: 'Read.',
  write: 'Read and write.',
  deny: 'Neither.',
  none: 'The older name of `deny`.',
};

const fileAccess: Shape = {
  description: 'Access to the path, or a table of access by path below it.',
  anyOf: [
    choice(access, 'Access to the path.'),
    mapOf(choice(access, 'Access to the path below.'), 'Access by path below this one.'),
  ],
  expected: '"read", "write", "deny" or a table from relative path to one of these',
};

export const permissionProfile = table(
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
        mode: choice({ limited: 'Requests that only read.', full: 'Every request.' }, 'Which requests pass.'),
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
  'A permission profile of your own, under the name members choose it by.',
);

export const sandbox: Record<string, Shape> = {
  allowed_sandbox_modes: sandboxModeList(
    'Which sandbox modes members may choose; `read-only` must be among them, or clients refuse to start.',
    {
      whenDisallowed:
        'The client warns at start and uses `read-only`. Full access together with the approval policy `never` makes it refuse to start instead.',
    },
  ),
  remote_sandbox_config: list(
    table(
      {
        hostname_patterns: list(
          text('A pattern with * and ?.'),
          'Host names this entry is for; letter case does not count.',
        ),
        allowed_sandbox_modes: sandboxModeList('Sandbox modes on these machines; `read-only` must be among them.'),
      },
      'Sandbox modes for machines by host name.',
      { required: ['hostname_patterns', 'allowed_sandbox_modes'] },
    ),
    'Other sandbox modes for machines by host name; the first match replaces `allowed_sandbox_modes`. A host name proves nothing.',
    { ...ignoredBefore('0.140.0'), whenDisallowed: 'As for `allowed_sandbox_modes`.' },
  ),
  allowed_permission_profiles: mapOf(
    flag('Whether members may choose it.'),
    'The whole list of permission profiles members may choose: ":read-only", ":workspace", ":danger-full-access" and your own. Others are denied, and sandbox modes no longer count.',
    {
      ...ignoredBefore('0.140.0'),
      whenDisallowed:
        'The client uses `default_permissions` (else ":workspace"), with a warning when the member named a profile and silently when they named a sandbox mode.',
    },
  ),
  default_permissions: text('The permission profile clients start with; `allowed_permission_profiles` must allow it.', {
    ...ignoredBefore('0.140.0'),
    whenDisallowed: 'A start value: members may choose another allowed profile.',
  }),
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
            'Files no command and no tool may read, whatever the profile. Full access is refused as soon as one is listed.',
            { whenDisallowed: 'Reading fails with “Permission denied”; before 0.163.0 the file looks empty.' },
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
    whenDisallowed: 'A profile in the configuration of a member under the same name makes the client refuse to start.',
  },
  windows: table(
    {
      allowed_sandbox_implementations: list(
        choice(
          {
            elevated: 'Set up with administrator rights; the stronger one.',
            unelevated: 'Without administrator rights.',
          },
          'A sandbox implementation.',
        ),
        'Windows sandbox implementations members may use.',
        { minItems: 1, whenDisallowed: 'The client uses `elevated` if it is allowed, else the other.' },
      ),
      require_mxc: flag('Require the MXC sandbox.', ignoredBefore('0.163.0')),
    },
    'The Windows sandbox; other systems ignore it.',
    ignoredBefore('0.140.0'),
  ),
};
