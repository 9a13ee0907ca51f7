import { z } from 'zod';

const At = z.iso.datetime();
const Hash = z.string().describe('SHA-256, hexadecimal.');

export const PublicKeys = z.object({
  keys: z.array(z.record(z.string(), z.unknown())),
  rotations: z.array(z.string()).describe('What each former key signed about the one after it (JWS).'),
});

export const CopyPlace = z.enum(['blobs', 'folder', 'webhook', 'time-stamp']);
export type CopyPlace = z.infer<typeof CopyPlace>;

export const VerificationProblem = z.object({
  kind: z.string(),
  seq: z.int().nullable(),
  to: z.int().optional(),
  at: z.string().optional(),
  fields: z.array(z.string()).optional(),
  message: z.string(),
});

export const Verification = z.object({
  id: z.string(),
  startedBy: z.string(),
  startedAt: At,
  state: z.enum(['running', 'valid', 'invalid', 'broken-off']),
  checked: z.int(),
  total: z.int(),
  endedAt: At.nullable(),
  problemCount: z.int(),
  problems: z.array(VerificationProblem).describe('The first ones.'),
  erasures: z.array(z.object({ order: z.string(), at: At, entries: z.int(), firstSeq: z.int() })),
  earlier: z.int().describe('Entries from before the chain.'),
});
export type Verification = z.infer<typeof Verification>;

export const AuditChain = z.object({
  chain: z.string(),
  head: z.object({ seq: z.int(), hash: Hash }).nullable(),
  waiting: z.int().describe('Entries from before the chain that are not taken into it yet.'),
  checkpoint: z
    .object({ number: z.int(), size: z.int(), root: Hash, at: At })
    .nullable()
    .describe('The newest one: all entries up to `size` are signed.'),
  checkpointEveryMinutes: z.int(),
  copies: z.array(
    z.object({
      place: CopyPlace,
      isConfigured: z.boolean(),
      number: z.int().nullable().describe('The newest checkpoint that is there.'),
      at: At.nullable(),
      waiting: z.int(),
      waitingSince: At.nullable(),
      problem: z.string().nullable().describe('Why the last attempt failed.'),
    }),
  ),
  keys: z.array(z.object({ kid: z.string(), createdAt: At, retiredAt: At.nullable() })),
  verification: Verification.nullable().describe('The newest one.'),
});
export type AuditChain = z.infer<typeof AuditChain>;

export const Proof = z.object({
  kind: z.literal('reeve-audit-proof'),
  v: z.literal(1),
  chain: z.string(),
  entry: z
    .object({
      seq: z.int(),
      previous: Hash,
      hash: Hash,
      seal: z.unknown().describe('What was sealed, with commitments in place of personal values.'),
      open: z.array(z.unknown()).describe('What opens them: salt and value each, or the order that erased them.'),
    })
    .describe('As in an export.'),
  path: z.array(Hash).describe('Inclusion proof (RFC 9162 §2.1.3).'),
  checkpoint: z.string().describe('The signed checkpoint whose root it leads to (JWS).'),
  timeStamps: z.array(z.string()).describe('Time stamps of that checkpoint (RFC 3161), base64.'),
  ...PublicKeys.shape,
});
export type Proof = z.infer<typeof Proof>;
