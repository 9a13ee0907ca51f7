interface ExampleVersion {
  message: string;
  contents: string;
  /** Counted from the start of the example. */
  onDay: number;
}

interface ExamplePolicy {
  name: string;
  contact: string;
  versions: readonly [ExampleVersion, ...ExampleVersion[]];
}

const secrets = 'deny_read = ["~/.ssh", "~/.aws", "~/.gnupg", "~/**/.env"]';

const engineers = (rules: string) => `# Engineers work in their project folder and are asked before anything leaves it.
allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["cached"]

[permissions.filesystem]
${secrets}

[rules]
prefix_rules = [
${rules}]
`;

const push =
  '  { pattern = [{ token = "git" }, { token = "push" }], decision = "prompt", justification = "A person looks at what leaves the machine." },\n';
const terraform =
  '  { pattern = [{ token = "terraform" }, { token = "apply" }], decision = "forbidden", justification = "Infrastructure changes go through the pipeline." },\n';
const kubectl =
  '  { pattern = [{ token = "kubectl" }, { any_of = ["delete", "drain"] }], decision = "forbidden", justification = "Ask site reliability." },\n';
const publish =
  '  { pattern = [{ token = "npm" }, { token = "publish" }], decision = "forbidden", justification = "Releases are published by the build server." },\n';

/** Policies of the example with the days, counted from its start, on which new versions came. */
export const examplePolicies: readonly ExamplePolicy[] = [
  {
    name: 'Engineers',
    contact: 'platform@example.com',
    versions: [
      { message: 'The first version for the pilot.', contents: engineers(push), onDay: 0 },
      { message: 'No infrastructure changes from laptops.', contents: engineers(push + terraform), onDay: 21 },
      { message: 'Clusters and releases, too.', contents: engineers(push + terraform + kubectl + publish), onDay: 52 },
    ],
  },
  {
    name: 'Site reliability',
    contact: 'sre@example.com',
    versions: [
      {
        onDay: 0,
        message: 'What site reliability needs, with a question before each change of a cluster.',
        contents: `allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_web_search_modes = ["cached", "live"]

[permissions.filesystem]
${secrets}

[rules]
prefix_rules = [
  { pattern = [{ token = "kubectl" }, { any_of = ["delete", "drain"] }], decision = "prompt", justification = "Name the ticket." },
]
`,
      },
    ],
  },
  {
    name: 'Contractors',
    contact: 'security@example.com',
    versions: [
      {
        onDay: 0,
        message: 'Agencies read and propose.',
        contents: `# People from agencies read and propose; they change nothing.
allowed_approval_policies = ["untrusted"]
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["disabled"]

[rules]
prefix_rules = [
  { pattern = [{ any_of = ["curl", "wget"] }], decision = "forbidden", justification = "Nothing is fetched from or sent to other places." },
]
`,
      },
    ],
  },
  {
    name: 'Everyone else',
    contact: 'security@example.com',
    versions: [
      {
        onDay: 0,
        message: 'A careful start for whoever is in no group yet.',
        contents: `allowed_approval_policies = ["on-request", "untrusted"]
allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["cached"]
`,
      },
    ],
  },
];

/** The order: who is in none of these groups gets the last policy. */
export const exampleOrder = [
  { group: 'Contractors', policy: 'Contractors' },
  { group: 'Trainees', policy: 'Contractors' },
  { group: 'Site reliability', policy: 'Site reliability' },
  { group: 'Platform engineering', policy: 'Engineers' },
  { group: 'Payments', policy: 'Engineers' },
  { group: 'Mobile', policy: 'Engineers' },
  { group: 'Data science', policy: 'Engineers' },
  { group: 'Web', policy: 'Engineers' },
  { group: 'Security', policy: 'Engineers' },
] as const;
