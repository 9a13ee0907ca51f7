export interface PolicyPreset {
  id: string;
  name: string;
  sentence: string;
  contents: string;
  /** Where clients start; members can change it. */
  defaults: string;
}

/** Documents to start from. Each one is checked by a test against the validator and the stock client. */
export const policyPresets: readonly PolicyPreset[] = [
  {
    id: 'balanced',
    name: 'Balanced',
    sentence:
      'Members work inside their project folder and are asked before anything leaves it; pushing needs a yes, secrets stay unread.',
    contents: `# Work in the project folder; ask before anything leaves it.
allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["cached"]

[permissions.filesystem]
deny_read = ["~/.ssh", "~/.aws", "~/.gnupg", "**/.env"]

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { token = "push" }], decision = "prompt", justification = "Review before changing shared history." },
]
`,
    defaults: '',
  },
  {
    id: 'read-only-review',
    name: 'Read-only review',
    sentence: 'The client reads and explains code and changes nothing; good for reviewers and for a first week.',
    contents: `# Read and explain; change nothing.
allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["cached"]

[permissions.filesystem]
deny_read = ["~/.ssh", "~/.aws", "~/.gnupg", "**/.env"]
`,
    defaults: '',
  },
  {
    id: 'locked-down',
    name: 'Locked down',
    sentence: 'Read-only, no web search, no MCP servers, no hooks of members, no remote control: for regulated code.',
    contents: `# The narrowest policy that still works on every surface.
allowed_approval_policies = ["on-request", "untrusted"]
allowed_approvals_reviewers = ["user"]
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = []
allow_managed_hooks_only = true
allow_remote_control = false
allow_appshots = false
allow_browser_and_computer_use = false

[feedback]
enabled = false

[features]
memories = false
image_generation = false

# No MCP server is allowed; add [mcp_servers.NAME] with an identity to allow one.
[mcp_servers]

[permissions.filesystem]
deny_read = ["~/.ssh", "~/.aws", "~/.gnupg", "~/.kube", "**/.env", "**/*.pem"]
`,
    defaults: '',
  },
  {
    id: 'automation',
    name: 'Automation',
    sentence: 'For CI: writes in the checked-out folder without questions, nothing outside it, and never pushes.',
    contents: `# Unattended runs: nobody is there to answer a question.
allowed_approval_policies = ["never", "on-request"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["disabled"]

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { token = "push" }], decision = "forbidden", justification = "The pipeline pushes, not the agent." },
]
`,
    defaults: '',
  },
];

/** What many start with, from the founding document: a client refuses it until "read-only" is added, which the editor offers. */
export const seedExample = 'allowed_sandbox_modes = ["workspace-write"]\n';
