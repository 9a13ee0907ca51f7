import { type Layout, repository, trusted } from './layout.ts';

const refused = (client: RegExp, ours: RegExp = client) => ({ client, ours });

/** What keeps the client from starting, and what does not. */
export const starts: readonly Layout[] = [
  {
    name: 'wrong type',
    user: 'model = "a"\nmodel_context_window = "x"\n',
    refused: refused(/invalid type: string "x"/, /`model_context_window` must be a whole number/),
  },
  {
    name: 'wrong type in a layer that loses',
    user: `model = 3\n${trusted('')}`,
    work: { ...repository(), '.codex/config.toml': 'model = "b"\n' },
  },
  {
    name: 'wrong type in an untrusted project',
    user: 'model = "a"\n',
    work: { ...repository(), '.codex/config.toml': 'model = 3\n' },
  },
  {
    name: 'unknown value',
    user: 'sandbox_mode = "none"\n',
    refused: refused(/unknown variant `none`/, /`sandbox_mode` cannot be "none"/),
  },
  { name: 'broken TOML', user: 'model =\n', refused: refused(/config\.toml:1:8:/) },
  {
    name: 'a key twice',
    user: 'model = "a"\nmodel = "b"\n',
    refused: refused(/config\.toml:2:.*duplicate key/, /config\.toml:2:/),
  },
  {
    name: 'broken system file',
    system: { 'config.toml': '[x\n' },
    refused: refused(/\/etc\/codex\/config\.toml:1:3:/),
  },
  {
    name: 'approvals that are gone',
    user: 'approval_policy = "untrusted"\n',
    refused: refused(/`?approval_policy = "untrusted"`? is no longer supported/),
  },
  {
    name: 'a profile in the file',
    user: 'profile = "x"\n',
    refused: refused(/legacy `profile = "x"` config is no longer supported/),
  },
  {
    name: 'permission profiles without a choice',
    user: '[permissions.p.filesystem]\n"/x" = "read"\n',
    refused: refused(/does not set `default_permissions`/),
  },
  {
    name: 'an undefined permission profile',
    user: 'default_permissions = "zzz"\n',
    refused: refused(/default_permissions requires a `\[permissions\]` table/),
  },
  {
    name: 'an undefined provider',
    user: 'model_provider = "zzz"\n',
    refused: refused(/Model provider `zzz` not found/),
  },
  {
    name: 'a missing file of instructions',
    user: 'model_instructions_file = "missing.md"\n',
    refused: refused(/failed to read model instructions file .*missing\.md/),
  },
  {
    name: 'a server without a command',
    user: '[mcp_servers.a]\nenabled = true\n',
    refused: refused(/invalid transport/, /mcp_servers\.a/),
  },
  {
    name: 'a list without read-only',
    system: { 'requirements.toml': 'allowed_sandbox_modes = ["workspace-write"]\n' },
    refused: refused(/must include 'read-only'/, /read-only/),
  },
  {
    name: 'an empty list of approvals',
    system: { 'requirements.toml': 'allowed_approval_policies = []\n' },
    refused: refused(/cannot be empty/, /allowed_approval_policies.*must not be empty/),
  },
  {
    name: 'full access without questions',
    user: 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n',
    system: { 'requirements.toml': 'allowed_sandbox_modes = ["read-only"]\n' },
    refused: refused(/cannot be used because requirements do not allow/),
  },
];
