import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Verify';
const At = z.iso.datetime();
const Id = z.string().min(1).max(100);
const Version = z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/, 'Is no version such as 0.169.0.');

/**
 * What an attempt to break a constraint showed. `not-enforced`: this client version does not know the constraint, so it is not kept by it;
 * that is never a pass. `not-tried`: it cannot be tried here, with the reason. `inconclusive`: the attempt itself failed.
 */
export const proofVerdicts = ['held', 'broken', 'not-enforced', 'not-tried', 'inconclusive'] as const;
export const ProofVerdict = z.enum(proofVerdicts);
export type ProofVerdict = z.infer<typeof ProofVerdict>;

export const ProofEvidence = z.object({
  kind: z.enum(['client-output', 'client-file', 'server-log', 'model-request', 'telemetry', 'app-server']),
  title: z.string(),
  text: z.string().describe('At most 8,000 characters; tokens are `***`.'),
});

export type ProofEvidence = z.infer<typeof ProofEvidence>;

export const ProofAttempt = z.object({
  position: z.number().int(),
  attempt: z.string().describe('Stable name, for example `full-access`.'),
  title: z.string(),
  constraint: z
    .string()
    .describe('The key path of the policy, or `gateway`, `sign-in`, `cache`, `delivery`, `telemetry`.'),
  surface: z.enum(['exec', 'app-server', 'login', 'none']),
  expected: z.string(),
  observed: z.string(),
  verdict: ProofVerdict,
  evidence: z.array(ProofEvidence),
  durationMs: z.number().int(),
});

export type ProofAttempt = z.infer<typeof ProofAttempt>;

const Counts = z.record(ProofVerdict, z.number().int());
export type ProofCounts = z.infer<typeof Counts>;

/** One policy version against one client version. */
export const ProofCell = z.object({
  id: z.string(),
  runId: z.string(),
  policyId: z.string().nullable().describe('Null: Reeve’s own pins alone, as for whoever has no policy.'),
  policyName: z.string(),
  revision: z.number().int(),
  clientVersion: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  verdict: z
    .enum(['held', 'broken', 'partly', 'inconclusive'])
    .nullable()
    .describe('`partly`: all that the client version knows held, and something it does not know is not enforced.'),
  counts: Counts,
  attemptsDone: z.number().int(),
  attemptsTotal: z.number().int(),
  now: z.string().nullable().describe('What is being tried.'),
  startedAt: At.nullable(),
  finishedAt: At.nullable(),
  error: z.string().nullable(),
});
export type ProofCell = z.infer<typeof ProofCell>;

export const ProofRun = z.object({
  id: z.string(),
  number: z.number().int(),
  trigger: z.enum(['person', 'key', 'schedule']),
  startedBy: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  verdict: ProofCell.shape.verdict,
  counts: Counts,
  cellsDone: z.number().int(),
  cellsTotal: z.number().int(),
  attemptsDone: z.number().int(),
  attemptsTotal: z.number().int(),
  createdAt: At,
  startedAt: At.nullable(),
  finishedAt: At.nullable(),
  error: z.string().nullable(),
  certificateId: z.string().nullable(),
});
export type ProofRun = z.infer<typeof ProofRun>;

export const ProofClient = z.object({
  version: z.string(),
  state: z.enum(['installed', 'installing', 'absent', 'failed']),
  error: z.string().nullable(),
});
export type ProofClient = z.infer<typeof ProofClient>;

export const ProofSchedule = z.object({
  every: z.enum(['off', 'day', 'week']),
  hourUtc: z.number().int().min(0).max(23),
  weekday: z.number().int().min(1).max(7).describe('ISO 8601: 1 is Monday; for `week`.'),
  clientVersions: z.array(Version).max(20).describe('Empty: all that are installed.'),
});
export type ProofSchedule = z.infer<typeof ProofSchedule>;

export const ProofAlert = z.object({
  id: z.string(),
  kind: z.enum(['broken', 'drift', 'run-failed']),
  sentence: z.string(),
  runId: z.string().nullable(),
  cellId: z.string().nullable(),
  raisedAt: At,
  acknowledgedAt: At.nullable(),
  acknowledgedBy: z.string().nullable(),
});
export type ProofAlert = z.infer<typeof ProofAlert>;

/** What the certificate's signature (JWS, EdDSA, the key of the audit log) covers. */
export const ProofStatement = z.object({
  v: z.literal(1),
  kind: z.literal('reeve-enforcement-proof'),
  certificateId: z.string(),
  workspace: z.object({ id: z.string(), name: z.string() }),
  origin: z.string(),
  reeveVersion: z.string(),
  run: z.object({ id: z.string(), number: z.number().int(), startedAt: At, finishedAt: At, startedBy: z.string() }),
  verdict: z.enum(['held', 'broken', 'partly', 'inconclusive']),
  cells: z.array(
    z.object({
      policy: z.object({ name: z.string(), revision: z.number().int(), sha256: z.string() }),
      client: z.object({ version: z.string(), sha256: z.string().describe('Of the program that ran.') }),
      verdict: z.enum(['held', 'broken', 'partly', 'inconclusive']),
      counts: Counts,
      attempts: z.array(
        ProofAttempt.pick({
          attempt: true,
          title: true,
          constraint: true,
          verdict: true,
          expected: true,
          observed: true,
        }).extend({
          evidenceSha256: z.string(),
        }),
      ),
    }),
  ),
  audit: z
    .object({ chain: z.string(), size: z.number().int(), root: z.string() })
    .nullable()
    .describe('The checkpoint of the audit log that stood when it was issued.'),
  issuedAt: At,
});
export type ProofStatement = z.infer<typeof ProofStatement>;

const reads = { tag, allow: 'verify.read', audit: readsOnly } as const;

export const proofs = {
  matrix: endpoint({
    method: 'GET',
    path: '/verify/matrix',
    summary: 'The newest verdict of each published policy with each client version',
    ...reads,
  }).output(
    z.object({
      policies: z.array(z.object({ id: z.string().nullable(), name: z.string(), revision: z.number().int() })),
      clients: z.array(ProofClient),
      cells: z
        .array(ProofCell.extend({ isCurrent: z.boolean().describe('Of the version that is published now.') }))
        .describe('At most one per policy and client: the newest that is done.'),
      running: ProofRun.nullable(),
      schedule: ProofSchedule,
      cannotRun: z.string().nullable().describe('Why this server cannot start the stock client, and what to do.'),
    }),
  ),
  start: endpoint({
    method: 'POST',
    path: '/verify/runs',
    summary: 'Prove policies with the stock client',
    tag,
    allow: 'verify.run',
    audit: 'proof.started',
  })
    .input(
      z.object({
        policies: z
          .array(z.object({ policyId: Id.nullable(), revision: z.number().int().min(1).optional() }))
          .max(200)
          .optional()
          .describe('Left out: every published policy, and no policy at all.'),
        clientVersions: z.array(Version).max(20).optional().describe('Left out: every installed one.'),
      }),
    )
    .output(z.object({ run: ProofRun })),
  runs: endpoint({ method: 'GET', path: '/verify/runs', summary: 'Runs, the newest first', ...reads })
    .input(z.object(pageInput))
    .output(pageOf(ProofRun)),
  run: endpoint({ method: 'GET', path: '/verify/runs/{id}', summary: 'A run with its matrix', ...reads })
    .input(z.object({ id: Id }))
    .output(z.object({ run: ProofRun, cells: z.array(ProofCell) })),
  cancel: endpoint({
    method: 'POST',
    path: '/verify/runs/{id}/cancel',
    summary: 'Stop a run; what is proven so far stays',
    tag,
    allow: 'verify.run',
    audit: 'proof.cancelled',
  })
    .input(z.object({ id: Id }))
    .output(z.object({ run: ProofRun })),
  cell: endpoint({
    method: 'GET',
    path: '/verify/cells/{id}',
    summary: 'Every attempt of a policy version with a client version, with evidence',
    ...reads,
  })
    .input(z.object({ id: Id }))
    .output(z.object({ cell: ProofCell, run: ProofRun, attempts: z.array(ProofAttempt) })),
  certificate: endpoint({
    method: 'GET',
    path: '/verify/runs/{id}/certificate',
    summary: 'The signed certificate of a finished run, as `reeve audit verify` reads it',
    ...reads,
  })
    .input(z.object({ id: Id }))
    .output(
      z.object({
        statement: ProofStatement,
        jws: z.string(),
        keys: z.array(z.record(z.string(), z.unknown())).describe('Public keys, as JWK (RFC 7517).'),
        rotations: z.array(z.string()),
      }),
    ),
  certificatePdf: endpoint({
    method: 'GET',
    path: '/verify/runs/{id}/certificate.pdf',
    summary: 'The same, to print',
    ...reads,
  })
    .input(z.object({ id: Id }))
    .output(z.file()),
  clients: endpoint({ method: 'GET', path: '/verify/clients', summary: 'The pinned client versions', ...reads }).output(
    z.object({ items: z.array(ProofClient), cannotRun: z.string().nullable() }),
  ),
  installClient: endpoint({
    method: 'POST',
    path: '/verify/clients/{version}/install',
    summary: 'Fetch a pinned client from npm (300 to 400 MB)',
    tag,
    allow: 'verify.run',
    audit: 'proof.client-installed',
  })
    .input(z.object({ version: Version }))
    .output(z.object({ client: ProofClient })),
  setSchedule: endpoint({
    method: 'PUT',
    path: '/verify/schedule',
    summary: 'Prove by itself, every day or week',
    tag,
    allow: 'verify.run',
    audit: 'proof.schedule-updated',
  })
    .input(ProofSchedule)
    .output(z.object({ schedule: ProofSchedule })),
  alerts: endpoint({
    method: 'GET',
    path: '/verify/alerts',
    summary: 'What changed for the worse, the newest first',
    ...reads,
  })
    .input(z.object({ ...pageInput, state: z.enum(['open', 'all']).default('open') }))
    .output(pageOf(ProofAlert)),
  acknowledge: endpoint({
    method: 'POST',
    path: '/verify/alerts/{id}/acknowledge',
    summary: 'Say that somebody looks after it',
    tag,
    allow: 'verify.run',
    audit: 'proof.alert-acknowledged',
  })
    .input(z.object({ id: Id }))
    .output(z.object({ alert: ProofAlert })),
};
