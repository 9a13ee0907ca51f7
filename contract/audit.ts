import { z } from 'zod';
import { AuditChain, Proof, PublicKeys, Verification } from './audit-chain.ts';
import { auditEventNames } from './audit-events.ts';
import { endpoint, readsOnly } from './endpoint.ts';
import { Moment, pageInput, pageOf } from './paging.ts';

export const AuditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  event: z.enum(auditEventNames),
  sentence: z.string(),
  actor: z.object({
    kind: z.enum(['member', 'key', 'client', 'system', 'anonymous']),
    id: z.string().nullable(),
    label: z.string(),
  }),
  subject: z.object({ kind: z.string(), id: z.string(), label: z.string() }).nullable(),
  payload: z.record(z.string(), z.unknown()).describe('`before` and `after` for changes; secrets are hidden.'),
  ip: z.string().nullable(),
  link: z
    .object({ seq: z.int(), hash: z.string() })
    .nullable()
    .describe('Its place in the chain. Null: from before the chain, and not taken into it yet.'),
  isEarlier: z.boolean().describe('From before the chain: it was taken into it as it was then.'),
  erasures: z
    .array(z.object({ order: z.string(), at: z.iso.datetime(), fields: z.array(z.string()) }))
    .describe('Values that are gone (JSON pointers), and the entry that recorded the order.'),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const manyEvents = z.union([z.enum(auditEventNames), z.array(z.enum(auditEventNames)).max(200)]);

const filters = {
  event: manyEvents.optional().describe('One, or several: `event[]=…&event[]=…`.'),
  actorId: z.string().optional(),
  actorKind: z.enum(['member', 'key', 'client', 'system', 'anonymous']).optional(),
  subjectId: z.string().optional(),
  subjectKind: z.string().max(50).optional(),
  ip: z.string().max(60).optional().describe('An address, or how it begins: `192.0.2.`'),
  search: z
    .string()
    .max(200)
    .optional()
    .describe('Words, each of which stands in a name, the event or what was written with it.'),
  from: Moment.optional(),
  to: Moment.optional(),
};
export const AuditFilters = z.object(filters);

/** Bytes as they come. What is in them stands in the summary. */
const Stream = z.instanceof(ReadableStream<Uint8Array>);

export const audit = {
  list: endpoint({
    method: 'GET',
    path: '/audit',
    summary: 'Who changed what, newest first',
    tag: 'Audit',
    allow: 'audit.read',
    audit: readsOnly,
  })
    .input(z.object({ ...pageInput, ...filters }))
    .output(pageOf(AuditEntry)),
  exportCsv: endpoint({
    method: 'GET',
    path: '/audit/csv',
    summary: 'The entries that match, newest first, as CSV (RFC 4180); texts that a spreadsheet would run are quoted',
    tag: 'Audit',
    allow: 'audit.read',
    audit: 'audit.exported',
  })
    .input(AuditFilters)
    .output(Stream),
  exportChain: endpoint({
    method: 'GET',
    path: '/audit/export',
    summary: 'The whole log with its chain, checkpoints and public keys, for `reeve audit verify` (JSON lines)',
    tag: 'Audit',
    allow: 'audit.read',
    audit: 'audit.exported',
  }).output(Stream),
  chain: endpoint({
    method: 'GET',
    path: '/audit/chain',
    summary: 'How far the log is sealed, where checkpoints were copied, and the last verification',
    tag: 'Audit',
    allow: 'audit.read',
    audit: readsOnly,
  }).output(AuditChain),
  makeCheckpoint: endpoint({
    method: 'POST',
    path: '/audit/checkpoints',
    summary: 'Sign the log as it is now',
    tag: 'Audit',
    allow: 'audit.read',
    audit: { none: 'a checkpoint changes nothing, is numbered and stays; an entry for each would ask for the next' },
  }).output(AuditChain),
  verify: endpoint({
    method: 'POST',
    path: '/audit/verifications',
    summary: 'Verify the whole log on the server; how far it is stands in the chain',
    tag: 'Audit',
    allow: 'audit.read',
    audit: 'audit.verified',
  }).output(Verification),
  prove: endpoint({
    method: 'GET',
    path: '/audit/entries/{id}/proof',
    summary: 'A proof that an entry is in the log, which `reeve audit verify-proof` checks by itself',
    tag: 'Audit',
    allow: 'audit.read',
    audit: readsOnly,
  })
    .input(z.object({ id: z.string() }))
    .output(Proof),
  publicKeys: endpoint({
    method: 'GET',
    path: '/audit/public-keys',
    summary: 'The keys that sign checkpoints, present and former, as a JWK set (RFC 7517)',
    tag: 'Audit',
    allow: 'audit.read',
    audit: readsOnly,
  }).output(PublicKeys),
};
