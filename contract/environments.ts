import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { InternetAccess } from './internet-access.ts';

const tag = 'Environments';
const Id = z.string().min(1).max(100);
const At = z.iso.datetime();
export const longestCacheHours = 12;

const VariableName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Is no name of an environment variable.')
  .refine((name) => !/^(CODEX|REEVE)_(?!ENV_)/.test(name), 'Names that begin with CODEX_ or REEVE_ are set by Reeve.');
export const EnvironmentVariable = z.object({
  name: VariableName,
  value: z
    .string()
    .max(16_384)
    .refine((value) => !value.includes('\0'), 'Holds a zero byte, which no variable of a program can.'),
});

const Variables = z
  .array(EnvironmentVariable)
  .max(200)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'Each name may be there once.');

/** The runtimes of the vendor's universal image, chosen by CODEX_ENV_<NAME>_VERSION. */
export const languages = ['python', 'node', 'rust', 'go', 'swift', 'ruby', 'php', 'java'] as const;

/** What the container is made of. */
export const EnvironmentImage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('default').describe('What the runner has: see the runner’s page.') }),
  z.object({
    kind: z.literal('image'),
    reference: z.string().min(1).max(300).describe('Of a registry or of the runner’s engine.'),
  }),
  z.object({
    kind: z.literal('recipe'),
    containerfile: z.string().min(1).max(65_536).describe('Built by the runner, without a context.'),
  }),
]);
export type EnvironmentImage = z.infer<typeof EnvironmentImage>;

export const machineSizes = {
  small: { cpus: 1, memoryMb: 2048, processes: 256, diskMb: 4096 },
  medium: { cpus: 2, memoryMb: 4096, processes: 512, diskMb: 8192 },
  large: { cpus: 4, memoryMb: 8192, processes: 1024, diskMb: 16_384 },
} as const;
export const machineSizeNames = Object.keys(machineSizes) as ['small', 'medium', 'large'];

export const environmentSharing = ['private', 'groups', 'workspace'] as const;

export const EnvironmentSettings = z.object({
  label: z.string().trim().min(1).max(120),
  description: z.string().trim().max(1000).nullable(),
  repositoryIds: z.array(Id).min(1).max(20).describe('A task works on the first one unless it says otherwise.'),
  image: EnvironmentImage,
  languageVersions: z.partialRecord(z.enum(languages), z.string().trim().min(1).max(30)),
  setupScript: z.string().max(65_536),
  maintenanceScript: z.string().max(65_536).describe('Runs in place of set-up where a kept container is used again.'),
  variables: Variables.describe('For set-up and the agent.'),
  internet: InternetAccess.describe('Of the agent.'),
  setupInternet: z.enum(['on', 'as-agent', 'off']).describe('Of set-up and maintenance; `on` is every public domain.'),
  machineSize: z.enum(machineSizeNames),
  runtime: z.enum(['any', 'runc', 'runsc', 'process']).describe('What must keep the container in; runsc is gVisor.'),
  runnerLabels: z.array(z.string().trim().min(1).max(60)).max(20).describe('Only runners that have all of them.'),
  timeLimitMinutes: z.number().int().min(1).max(720),
  isCacheOn: z.boolean(),
  cacheHours: z.number().int().min(1).max(longestCacheHours),
  model: z.string().max(120).nullable().describe('Null: the default model.'),
  sharing: z.enum(environmentSharing),
  groupIds: z.array(Id).max(200).describe('For `groups`: whose members may use it.'),
});
export type EnvironmentSettings = z.infer<typeof EnvironmentSettings>;

export const EnvironmentSecret = z.object({ name: VariableName, updatedAt: At, updatedBy: z.string() });

export const EnvironmentRepository = z.object({
  id: Id,
  name: z.string().describe('`owner/name`.'),
  host: z.string(),
  defaultBranch: z.string(),
  state: z.enum(['connected', 'suspended', 'removed']),
});

/** A run of set-up without an agent, to see whether it works. */
export const EnvironmentTry = z.object({
  id: Id,
  state: z.enum(['queued', 'running', 'passed', 'failed', 'cancelled']),
  attemptId: Id.describe('Its log: `tasks.attemptLog`.'),
  sentence: z.string().nullable(),
  startedAt: At.nullable(),
  finishedAt: At.nullable(),
});
export type EnvironmentTry = z.infer<typeof EnvironmentTry>;

export const Environment = EnvironmentSettings.extend({
  id: Id,
  creatorId: z.string().nullable(),
  creatorName: z.string(),
  isPinned: z.boolean().describe('By whoever asks.'),
  taskCount: z.number().int(),
  repositories: z.array(EnvironmentRepository),
  secrets: z.array(EnvironmentSecret).describe('Names only: what was saved is never shown.'),
  mayEdit: z.boolean(),
  revision: z.number().int(),
  createdAt: At,
  updatedAt: At,
  cache: z
    .object({ builtAt: At, expiresAt: At, runnerName: z.string(), bytes: z.number().int() })
    .nullable()
    .describe('The newest one that still serves.'),
  lastTry: EnvironmentTry.nullable().describe('Of whoever asks.'),
});
export type Environment = z.infer<typeof Environment>;

const NeededDomain = z.object({
  host: z.string(),
  methods: z.array(z.string()),
  count: z.number().int(),
  lastAt: At,
  rule: z.string(),
});

const uses = { tag, allow: 'codex-cloud.use' } as const;

/** Whoever made an environment edits it; `environments.write` edits all, and what was asked for is checked inside. */
export const environments = {
  list: endpoint({
    method: 'GET',
    path: '/environments',
    summary: 'Environments that one may use',
    ...uses,
    audit: readsOnly,
  }).output(z.object({ items: z.array(Environment) })),
  options: endpoint({
    method: 'GET',
    path: '/environment-options',
    summary: 'What one may choose for an environment',
    ...uses,
    audit: readsOnly,
  }).output(
    z.object({
      isCloudOn: z.boolean().describe('Off: nothing can be made, changed or run.'),
      isAgentInternetAllowed: z.boolean().describe('Off: agents reach the gateway only, whatever an environment says.'),
      repositories: z.array(EnvironmentRepository).describe('That are chosen for environments and connected.'),
      groups: z
        .array(z.object({ id: Id, name: z.string() }))
        .describe('To share with: one’s own; all of the workspace for whoever manages environments.'),
      models: z.array(z.object({ slug: z.string(), name: z.string(), isDefault: z.boolean() })),
      runtimes: z.array(z.enum(['runc', 'runsc', 'process'])).describe('That some runner has at this moment.'),
      runnerLabels: z.array(z.string()),
    }),
  ),
  get: endpoint({ method: 'GET', path: '/environments/{id}', summary: 'An environment', ...uses, audit: readsOnly })
    .input(z.object({ id: Id }))
    .output(Environment),
  create: endpoint({
    method: 'POST',
    path: '/environments',
    summary: 'Make an environment; a member makes at most 100, all of a workspace 1,000',
    ...uses,
    audit: 'environment.created',
  })
    .input(EnvironmentSettings)
    .output(Environment),
  update: endpoint({
    method: 'PUT',
    path: '/environments/{id}',
    summary: 'Change an environment',
    ...uses,
    audit: 'environment.updated',
  })
    .input(
      EnvironmentSettings.extend({
        id: Id,
        revision: z.number().int().describe('That was seen; another one now is a conflict.'),
      }),
    )
    .output(Environment),
  remove: endpoint({
    method: 'DELETE',
    path: '/environments/{id}',
    summary: 'Delete an environment; its tasks stay',
    ...uses,
    audit: 'environment.deleted',
  })
    .input(z.object({ id: Id }))
    .output(z.object({})),
  setPinned: endpoint({
    method: 'PUT',
    path: '/environments/{id}/pinned',
    summary: 'Pin it for oneself',
    ...uses,
    audit: { none: 'a preference of the member' },
  })
    .input(z.object({ id: Id, isPinned: z.boolean() }))
    .output(z.object({})),
  setSecret: endpoint({
    method: 'PUT',
    path: '/environments/{id}/secrets/{name}',
    summary: 'Save a secret for set-up',
    ...uses,
    audit: 'environment.secret-saved',
  })
    .input(z.object({ id: Id, name: VariableName, value: z.string().min(1).max(16_384) }))
    .output(EnvironmentSecret),
  removeSecret: endpoint({
    method: 'DELETE',
    path: '/environments/{id}/secrets/{name}',
    summary: 'Delete a secret',
    ...uses,
    audit: 'environment.secret-deleted',
  })
    .input(z.object({ id: Id, name: VariableName }))
    .output(z.object({})),
  resetCache: endpoint({
    method: 'POST',
    path: '/environments/{id}/reset-cache',
    summary: 'Throw away what is kept, for everyone',
    ...uses,
    audit: 'environment.cache-reset',
  })
    .input(z.object({ id: Id }))
    .output(z.object({ dropped: z.number().int() })),
  try: endpoint({
    method: 'POST',
    path: '/environments/{id}/tries',
    summary: 'Run set-up once and see',
    ...uses,
    audit: 'environment.tried',
  })
    .input(z.object({ id: Id }))
    .output(EnvironmentTry),
  getTry: endpoint({
    method: 'GET',
    path: '/environments/{id}/tries/{tryId}',
    summary: 'How a try goes',
    ...uses,
    audit: readsOnly,
  })
    .input(z.object({ id: Id, tryId: Id }))
    .output(EnvironmentTry),
  cancelTry: endpoint({
    method: 'POST',
    path: '/environments/{id}/tries/{tryId}/cancel',
    summary: 'Stop a try',
    ...uses,
    audit: 'environment.try-cancelled',
  })
    .input(z.object({ id: Id, tryId: Id }))
    .output(EnvironmentTry),
  neededDomains: endpoint({
    method: 'GET',
    path: '/environments/{id}/needed-domains',
    summary: 'What its tasks were refused, lately',
    ...uses,
    audit: readsOnly,
  })
    .input(z.object({ id: Id }))
    .output(z.object({ items: z.array(NeededDomain), since: At })),
};
