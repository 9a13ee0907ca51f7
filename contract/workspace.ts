import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';

const tag = 'Workspace';

/** An IANA name; fixed distances such as +02:00 know no summer time and are none. */
const isTimeZone = (name: string): boolean => {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};
const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'Is no time zone. Names are those of the IANA database, such as Europe/Berlin or UTC.');

const LongestDays = z.number().int().min(1).max(3650);

/** What a workspace owner turns on and off. Defaults are those of a new workspace. */
export const WorkspaceSettings = z.object({
  workspaceName: z.string().trim().min(1).max(120),
  codexLocalEnabled: z
    .boolean()
    .describe(
      'Members may use Codex Local: CLI, IDE extension and SDK. Off: every local surface is refused at its next request and signed out.',
    ),
  deviceCodeEnabled: z.boolean().describe('Members may sign in with a device code, for machines without a browser.'),
  codexCloudEnabled: z
    .boolean()
    .describe(
      'Members may give tasks to Codex that run in containers of this organisation. Off: running tasks are stopped.',
    ),
  agentInternetAllowed: z
    .boolean()
    .describe(
      'Environments may let agents reach the internet. Off: whatever an environment says, agents reach the gateway only.',
    ),
  cloudTasksPerMember: z
    .number()
    .int()
    .min(1)
    .max(100)
    .describe('Attempts of hosted tasks that run at once for one member; more wait.'),
  cloudTasksPerWorkspace: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .describe('Attempts that run at once in the workspace; more wait.'),
  localContentKept: z
    .boolean()
    .describe(
      'Activity keeps what is said on Codex Local and in hosted tasks, sealed: prompts, answers, commands and their output. Off: only facts such as model, tokens and cost. Hosted tasks have what they need on their own pages in any case.',
    ),
  apiKeysAllowed: z.boolean().describe('API keys may call the gateway, although they carry no policy.'),
  oldClientsAllowed: z
    .boolean()
    .describe('Clients that cannot carry the policy revision (older than 0.128) may call the gateway.'),
  minimumClientVersion: z
    .string()
    .regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/, 'Is no version such as 0.163.0.')
    .nullable()
    .describe('Older clients are refused by the gateway, from `minimumClientFrom` on; null: every version may call.'),
  minimumClientFrom: z.iso
    .datetime()
    .nullable()
    .describe('Until then older clients go on, and the estate says who has to update; null: at once.'),
  policyGraceMinutes: z
    .number()
    .int()
    .min(0)
    .max(1440)
    .describe(
      'How long a client may go on with the policy revision before the current one. Clients load policy at start and keep it for up to 60 minutes.',
    ),
  accessTokenMaxDays: LongestDays.describe(
    'How long a new access token of a member may work at most. Existing ones keep their end.',
  ),
  timeZone: TimeZone.describe(
    'Whose days and weeks the analytics page counts by: an IANA name such as Europe/Berlin. The vendor’s analytics API counts by UTC.',
  ),
  keyMaxDays: LongestDays.describe('How long a new or rotated API key of the workspace may work at most.'),
});
export type WorkspaceSettings = z.infer<typeof WorkspaceSettings>;

/** Toggles of step 1 whose feature does not exist yet: shown, never changeable. */
export const PlannedToggle = z.object({
  id: z.enum(['slack-answers']),
  label: z.string(),
  sentence: z.string(),
  reason: z.string(),
});

export const workspace = {
  settings: endpoint({
    method: 'GET',
    path: '/workspace/settings',
    summary: 'Workspace settings',
    tag,
    allow: 'settings.read',
    audit: readsOnly,
  }).output(z.object({ settings: WorkspaceSettings, planned: z.array(PlannedToggle) })),
  previewSettings: endpoint({
    method: 'POST',
    path: '/workspace/settings/preview',
    summary: 'Who is touched by a change',
    tag,
    allow: 'settings.write',
    audit: { none: 'changes nothing' },
  })
    .input(WorkspaceSettings.partial().strict())
    .output(
      z.object({
        effects: z.array(z.object({ sentence: z.string(), severity: z.enum(['info', 'warning']) })),
        activeMembers: z.number().int(),
        signedInClients: z.number().int().describe('Codex sign-ins that would end or change.'),
      }),
    ),
  updateSettings: endpoint({
    method: 'PATCH',
    path: '/workspace/settings',
    summary: 'Change workspace settings',
    tag,
    allow: 'settings.write',
    audit: 'workspace.settings-updated',
  })
    .input(WorkspaceSettings.partial().strict())
    .output(z.object({ settings: WorkspaceSettings })),
};
