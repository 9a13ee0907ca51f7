import type { WorkspaceSettings } from '#contract/workspace.ts';

type ToggleKey = {
  [Key in keyof WorkspaceSettings]: WorkspaceSettings[Key] extends boolean ? Key : never;
}[keyof WorkspaceSettings];

export interface ToggleWords {
  key: ToggleKey;
  label: string;
  /** What it does, and to whom. */
  sentence: string;
}

export const surfaces: ToggleWords[] = [
  {
    key: 'codexLocalEnabled',
    label: 'Allow members to use Codex Local',
    sentence:
      'Members may use the Codex CLI, IDE extension and SDK. Turned off, every local client of every member is refused at its next request and signed out.',
  },
  {
    key: 'deviceCodeEnabled',
    label: 'Enable device code authentication for Codex CLI',
    sentence:
      'Members may sign in with a code from another screen, for machines without a browser. Turned off, clients already signed in stay signed in.',
  },
];

export const hosted: ToggleWords[] = [
  {
    key: 'codexCloudEnabled',
    label: 'Allow members to use Codex cloud',
    sentence:
      'Members may give tasks to Codex that run in containers of this organisation. Turned off, running tasks are stopped and new ones refused; what was done stays.',
  },
  {
    key: 'agentInternetAllowed',
    label: 'Allow agents of hosted tasks to reach the internet',
    sentence:
      'Each environment then says which domains and methods. Turned off, agents reach nothing but the gateway, whatever an environment says; set-up scripts keep their own rule.',
  },
];

export const hostedLimits = [
  {
    key: 'cloudTasksPerMember',
    label: 'Hosted attempts that run at once for one member',
    sentence: 'More wait in the queue, which serves members in turn.',
    max: 100,
  },
  {
    key: 'cloudTasksPerWorkspace',
    label: 'Hosted attempts that run at once in the workspace',
    sentence: 'More wait, however many runners there are.',
    max: 10_000,
  },
] as const satisfies { key: keyof WorkspaceSettings; label: string; sentence: string; max: number }[];

export const clients: ToggleWords[] = [
  {
    key: 'apiKeysAllowed',
    label: 'Allow API keys at the gateway',
    sentence:
      'Programs may call the models with an API key. They carry no policy: what they run on a machine is not governed.',
  },
  {
    key: 'oldClientsAllowed',
    label: 'Allow clients older than 0.128',
    sentence: 'These cannot prove which policy they run with. Turned off, members who use them are told to update.',
  },
];

export const lifetimes = [
  {
    key: 'accessTokenMaxDays',
    label: 'Access tokens work for at most, in days',
    sentence: 'For the tokens members make for themselves. Those that exist keep their end.',
  },
  {
    key: 'keyMaxDays',
    label: 'API keys of the workspace work for at most, in days',
    sentence: 'For new and rotated keys. Their people are told 14 and 2 days before one ends.',
  },
] as const satisfies { key: keyof WorkspaceSettings; label: string; sentence: string }[];

export const records: ToggleWords[] = [
  {
    key: 'localContentKept',
    label: 'Keep what is said on Codex Local',
    sentence:
      'Activity keeps prompts, answers, commands and their output of the CLI, IDE extension, SDK and hosted tasks, sealed. Turned off, only facts such as model, tool, tokens and cost are kept; the pages of hosted tasks have their own in any case.',
  },
];

export const nameOf: Record<keyof WorkspaceSettings, string> = {
  workspaceName: 'Workspace name',
  timeZone: 'Time zone of the figures',
  minimumClientVersion: 'Oldest client version that may call',
  minimumClientFrom: 'Older clients are refused from',
  policyGraceMinutes: 'Grace for an old policy, in minutes',
  cloudTasksPerMember: hostedLimits[0].label,
  cloudTasksPerWorkspace: hostedLimits[1].label,
  accessTokenMaxDays: lifetimes[0].label,
  keyMaxDays: lifetimes[1].label,
  ...(Object.fromEntries(
    [...surfaces, ...hosted, ...clients, ...records].map(({ key, label }) => [key, label]),
  ) as Record<ToggleKey, string>),
};
