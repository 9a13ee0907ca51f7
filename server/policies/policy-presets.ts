export interface PolicyPreset {
  id: string;
  name: string;
  sentence: string;
  contents: string;
  /** `config.toml` that members may change. */
  defaults: string;
}

const secrets = '"~/.ssh", "~/.aws", "~/.gnupg", "~/**/.env"';

/** Templates: documents to start from. Each one is checked by a test against the validator and the stock clients. */
export const policyPresets: readonly PolicyPreset[] = [
  {
    id: 'balanced',
    name: 'Standard developers',
    sentence:
      'Members work inside their project folder and are asked before anything leaves it; pushing needs a yes, secrets stay unread.',
    contents: `# Work in the project folder; ask before anything leaves it.
allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["cached"]

[permissions.filesystem]
deny_read = [${secrets}]

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { token = "push" }], decision = "prompt", justification = "Review before changing shared history." },
]
`,
    defaults: `# Where members start; they may choose what the policy allows.
approval_policy = "on-request"
sandbox_mode = "workspace-write"
`,
  },
  {
    id: 'read-only-review',
    name: 'Read-only reviewers',
    sentence: 'The client reads and explains code and changes nothing; good for reviewers and for a first week.',
    defaults: '',
    contents: `# Read and explain; change nothing.
allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["cached"]

[permissions.filesystem]
deny_read = [${secrets}]
`,
  },
  {
    id: 'locked-down',
    name: 'Locked-down contractors',
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
deny_read = ["~/.ssh", "~/.aws", "~/.gnupg", "~/.kube", "~/**/.env", "~/**/*.pem"]
`,
    defaults: `# Prompts are not kept on the machine.
[history]
persistence = "none"
`,
  },
  {
    id: 'automation',
    name: 'CI',
    sentence:
      'For unattended runs: writes in the checked-out folder without questions, nothing outside it, and never pushes.',
    contents: `# Unattended runs: nobody is there to answer a question.
allowed_approval_policies = ["never", "on-request"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["disabled"]

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { token = "push" }], decision = "forbidden", justification = "The pipeline pushes, not the agent." },
]
`,
    defaults: `sandbox_mode = "workspace-write"
`,
  },
  {
    id: 'project-folder',
    name: 'Project folder only',
    sentence: 'One rule: the client writes in the project folder at most. The shortest policy that means something.',
    defaults: '',
    contents: `# "read-only" has to be in the list: clients refuse to start without it.
allowed_sandbox_modes = ["read-only", "workspace-write"]
`,
  },
  {
    id: 'ask-before-sharing',
    name: 'Ask before sharing',
    sentence:
      'Approvals on request, the project folder, cached web search, no browser, and a question before commits and pushes.',
    defaults: '',
    contents: `allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["cached"]

[features]
browser_use = false

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { any_of = ["push", "commit"] }], decision = "prompt", justification = "Review before changing shared history." },
]
`,
  },
];

/** What many start with, from the founding document: a client refuses it until "read-only" is added, which the editor offers. */
export const seedExample = 'allowed_sandbox_modes = ["workspace-write"]\n';
