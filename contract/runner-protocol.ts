import { z } from 'zod';
import { EnvironmentImage, EnvironmentVariable } from './environments.ts';
import { EgressAttempt, InternetAccess } from './internet-access.ts';
import { RunnerDriver } from './runners.ts';
import { AttemptState, Ending, LogEntry } from './task-states.ts';

/**
 * What a runner and Reeve say to each other, JSON over HTTPS below `/runner/v1`. A runner sends `Authorization: Bearer rr-…` after it
 * registered. Every message about an attempt carries its `epoch`: the server refuses (409 `lease-lost`) what comes from a lease that
 * ended, and the runner then kills what it runs for it and says no more. Additions keep the number; a runner ignores what it does not know.
 */
export const runnerProtocol = 1;
export const oldestRunnerProtocol = 1;
export const heartbeatSeconds = 5;
/** Without a heartbeat for so long a lease has ended. The runner counts from when it *sent* its last good heartbeat, and stops earlier. */
export const leaseSeconds = 25;

const Id = z.string().min(1).max(100);
/** As the database counts. */
export const greatestEpoch = 2 ** 31 - 1;
const Epoch = z.number().int().min(1).max(greatestEpoch);
const AttemptRef = z.object({ attemptId: Id, epoch: Epoch });

/** Shown to people and kept; half a surrogate pair is no text either. */
const plain = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Has a control character, or is no text.');

/** POST /runner/v1/register, with the registration token in the body. */
export const RegisterRequest = z.object({
  token: z.string(),
  name: plain(120).min(1),
  version: plain(60),
  protocol: z.number().int(),
  drivers: z
    .array(RunnerDriver.extend({ engine: plain(100), weaknesses: z.array(plain(300)).max(10) }))
    .min(1)
    .max(10),
  labels: z.array(plain(60)).max(20),
  capacity: z.number().int().min(1).max(1000),
});
export const RegisterAnswer = z.object({
  runnerId: Id,
  secret: z.string().describe('`rr-…`, kept by the runner in a file of mode 0600.'),
  heartbeatSeconds: z.number(),
  leaseSeconds: z.number(),
});

/**
 * POST /runner/v1/hello: what each process of a registered runner says first, after it has ended whatever the process before it left. Its
 * leases are put back at once, and what the machine has now takes the place of what was registered. Labels are the administrators'.
 */
export const HelloRequest = RegisterRequest.pick({ version: true, protocol: true, drivers: true, capacity: true });
export const HelloAnswer = RegisterAnswer.pick({ heartbeatSeconds: true, leaseSeconds: true });

/** What a container may use. `null`: no limit of that kind can be kept by the driver, which then says so in its weaknesses. */
export const JobLimits = z.object({
  cpus: z.number(),
  memoryMb: z.number().int(),
  processes: z.number().int(),
  diskMb: z.number().int(),
  outputBytes: z.number().int(),
  diffBytes: z.number().int(),
  seconds: z.number().int(),
});

/** What the container may reach. */
export const JobInternet = z.object({
  setup: InternetAccess,
  agent: InternetAccess,
  agentOffBecause: z.enum(['internet-off', 'workspace-off']).describe('Said where agent access is off.'),
});

export const Job = AttemptRef.extend({
  kind: z.enum(['task', 'try']).describe('try: set-up only.'),
  taskId: Id,
  turnNumber: z.number().int(),
  placement: z.number().int(),
  mode: z.enum(['ask', 'code']),
  prompt: z.string(),
  driver: z.enum(['docker', 'kubernetes', 'process']),
  runtime: z.enum(['runc', 'runsc', 'process']),
  image: EnvironmentImage,
  limits: JobLimits,
  setupScript: z.string(),
  maintenanceScript: z.string(),
  variables: z.array(EnvironmentVariable).describe('With CODEX_ENV_*_VERSION of the chosen languages.'),
  secretNames: z.array(z.string()),
  internet: JobInternet,
  cache: z
    .object({
      environmentId: Id,
      fingerprint: z.string().describe('Of everything that set-up depends on; another one is another cache.'),
      hours: z.number().int(),
    })
    .nullable(),
  repository: z.object({
    name: z.string(),
    folder: z.string().describe('Below /workspace.'),
    branch: z.string(),
    isDefaultBranch: z
      .boolean()
      .describe('Set-up is kept from there only: what it runs on other branches shapes nobody else’s tasks.'),
    commit: z.string().nullable().describe('Null: the newest of the branch; given in follow-ups.'),
    remoteUrl: z.string().describe('What `origin` says in the container. Nothing answers there.'),
  }),
  before: z.object({
    hasSession: z.boolean().describe('GET …/session is the agent’s home of the turn before.'),
    hasDiff: z.boolean().describe('GET …/starting-diff is applied before the agent begins.'),
  }),
  agent: z.object({
    clientVersion: z.string(),
    configToml: z.string(),
    token: z
      .string()
      .describe(
        'An access token (`at-…`) good for this attempt alone, until its lease ends. Empty in a try: no agent runs.',
      ),
    model: z.string().nullable(),
    authApiUrl: z.string().describe('CODEX_AUTHAPI_BASE_URL.'),
    originator: z
      .string()
      .optional()
      .describe(
        'CODEX_INTERNAL_ORIGINATOR_OVERRIDE: by it the client’s own reports tell hosted tasks from local work.',
      ),
    gatewayOrigin: z.string().describe('The one origin that the container reaches in any case.'),
    gatewayPaths: z.array(z.string()).describe('Path prefixes of it that are open.'),
  }),
});
export type Job = z.infer<typeof Job>;

/** POST /runner/v1/claim: waits up to 20 s for work. */
export const ClaimRequest = z.object({
  claimId: z
    .string()
    .regex(/^[\w-]{8,100}$/)
    .optional()
    .describe(
      'The runner’s own, kept until it has an answer: a claim that comes again under it gets what was leased by the one before, if no heartbeat named that yet.',
    ),
  free: z.number().int().min(1),
  caches: z.array(z.string()).max(1000).describe('Fingerprints that it has.'),
  waitSeconds: z.number().min(0).max(20),
});
export const ClaimAnswer = z.object({ job: Job.nullable() });

/** POST /runner/v1/heartbeat, every `heartbeatSeconds`. */
export const HeartbeatRequest = z.object({
  running: z.array(AttemptRef).max(1000).describe('As many as a runner has room for.'),
  problem: z.string().max(500).nullable(),
  caches: z
    .array(z.object({ fingerprint: z.string(), environmentId: Id, builtAt: z.iso.datetime(), bytes: z.number().int() }))
    .max(1000),
});
export const HeartbeatAnswer = z.object({
  leases: z
    .array(
      AttemptRef.extend({
        order: z.enum(['go-on', 'cancel', 'stop']),
        internet: JobInternet.optional().describe(
          'What its environment and the workspace say now. A runner makes stricter by it what the attempt began with, never looser.',
        ),
      }),
    )
    .describe('stop: the lease is another’s; report nothing.'),
  isDraining: z.boolean(),
  dropCaches: z.array(z.string()).describe('Fingerprints that must not be used any more.'),
});

/** POST /runner/v1/attempts/{attemptId}/report: the log as it grows, in order. `seq` makes repeating harmless. */
export const ReportRequest = z.object({
  epoch: Epoch,
  state: AttemptState.optional(),
  entries: z.array(LogEntry).max(500),
  egress: z.array(EgressAttempt).max(500),
  firstModelCallAt: z.iso.datetime().optional(),
  isFromCache: z.boolean().optional(),
  baseCommit: z.string().optional(),
});

// PUT …/diff (`text/x-diff`, query `epoch` and `final`), PUT …/session (tar, query `epoch`), GET …/session, GET …/starting-diff.

/** GET …/secrets?epoch=N: once per epoch, when set-up starts. */
export const SecretsAnswer = z.object({ secrets: z.array(EnvironmentVariable) });

/** POST …/finish: the last word. The same again is answered alike. */
export const FinishRequest = z.object({
  epoch: Epoch,
  ending: Ending,
  detail: z.string().max(2000).nullable().describe('Shown after the ending’s sentence.'),
  answer: z.string().max(200_000).nullable(),
  commits: z.object({ base: z.string() }).nullable(),
  usage: z.object({ cpuSeconds: z.number(), peakMemoryMb: z.number(), diskMb: z.number() }).nullable(),
});

/** Errors: `{ "error": { "code": "lease-lost", "message": "…" } }`. The repository is at …/repository.git (smart HTTP, fetch only). */
export const RunnerError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
