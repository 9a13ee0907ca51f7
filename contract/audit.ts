import { z } from 'zod';
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
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export const audit = {
  list: endpoint({
    method: 'GET',
    path: '/audit',
    summary: 'Who changed what, newest first',
    tag: 'Audit',
    allow: 'audit.read',
    audit: readsOnly,
  })
    .input(
      z.object({
        ...pageInput,
        event: z.enum(auditEventNames).optional(),
        actorId: z.string().optional(),
        subjectId: z.string().optional(),
        search: z.string().max(200).optional().describe('Part of the actor’s or the subject’s name.'),
        from: Moment.optional(),
        to: Moment.optional(),
      }),
    )
    .output(pageOf(AuditEntry)),
};
