import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Compliance';
const At = z.iso.datetime();
const Reason = z.string().trim().min(3).max(500).describe('Why: for example the number of a case or request.');
const MemberId = z.string().min(1).max(100);

export const CompliancePerson = z.object({
  memberId: z.string(),
  label: z.string().describe('Name and address, or the address that was known last.'),
  isMember: z.boolean(),
});

export const LegalHold = z.object({
  id: z.string(),
  memberId: z.string(),
  memberLabel: z.string(),
  reason: z.string(),
  placedBy: z.string(),
  placedAt: At,
  liftedBy: z.string().nullable(),
  liftedAt: At.nullable(),
  liftedBecause: z.string().nullable(),
});
export type LegalHold = z.infer<typeof LegalHold>;

export const Erasure = z.object({
  id: z.string(),
  memberId: z.string(),
  memberLabel: z.string().nullable().describe('Null once it is done: it is erased too.'),
  reason: z.string(),
  withAudit: z.boolean().describe('Names and addresses in the audit log were erased, too.'),
  orderedBy: z.string(),
  orderedAt: At,
  state: z
    .enum(['running', 'held', 'done'])
    .describe('`held`: a legal hold stopped it; it goes on when that is lifted.'),
  step: z.enum(['content', 'files', 'audit', 'done']),
  contents: z.number().int(),
  filesLooked: z.number().int(),
  filesTotal: z.number().int(),
  filesReplaced: z.number().int(),
  lines: z.number().int().describe('Lines that became tombstones.'),
  auditEntries: z.number().int(),
  finishedAt: At.nullable(),
  lastError: z.string().nullable(),
});
export type Erasure = z.infer<typeof Erasure>;

export const ReplacedFile = z.object({
  oldId: z.string(),
  oldSha256: z.string(),
  newId: z.string(),
  newSha256: z.string(),
  lines: z.number().int(),
  replacedAt: At,
});

export const PersonExport = z.object({
  id: z.string(),
  memberId: z.string(),
  memberLabel: z.string(),
  reason: z.string(),
  orderedBy: z.string(),
  orderedAt: At,
  state: z.enum(['running', 'ready', 'fetched', 'expired', 'failed']),
  progress: z.record(z.string(), z.number().int()).describe('Rows written so far, by kind.'),
  bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  finishedAt: At.nullable(),
  fetchedAt: At.nullable(),
  expiresAt: At,
  lastError: z.string().nullable(),
});
export type PersonExport = z.infer<typeof PersonExport>;

export const compliancePeople = {
  findPeople: endpoint({
    method: 'GET',
    path: '/compliance/people',
    summary: 'Members and former members, to hold, erase or export',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object({ search: z.string().trim().max(200).default('') }))
    .output(z.object({ items: z.array(CompliancePerson) })),
  listHolds: endpoint({
    method: 'GET',
    path: '/compliance/holds',
    summary: 'Legal holds, those in force first',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object({ memberId: MemberId.optional() }))
    .output(z.object({ items: z.array(LegalHold) })),
  placeHold: endpoint({
    method: 'POST',
    path: '/compliance/holds',
    summary: 'Hold back everything of a person from purging and erasing',
    tag,
    allow: 'compliance.write',
    audit: 'hold.placed',
  })
    .input(z.object({ memberId: MemberId, reason: Reason }))
    .output(LegalHold),
  liftHold: endpoint({
    method: 'POST',
    path: '/compliance/holds/{id}/lifting',
    summary: 'Lift a legal hold; what is due goes at the next purge',
    tag,
    allow: 'compliance.write',
    audit: 'hold.lifted',
  })
    .input(z.object({ id: z.string(), reason: Reason }))
    .output(LegalHold),
  previewErasure: endpoint({
    method: 'GET',
    path: '/compliance/erasures/preview',
    summary: 'What erasing the content of a person would take',
    tag,
    allow: 'compliance.delete',
    audit: readsOnly,
  })
    .input(z.object({ memberId: MemberId }))
    .output(
      z.object({
        person: CompliancePerson,
        contents: z.number().int().describe('Kept texts of events.'),
        tasks: z.number().int().describe('Hosted tasks and tries of environments, with everything in them.'),
        events: z.number().int().describe('Events of theirs that log files tell of.'),
        firstAt: At.nullable(),
        files: z.number().int().describe('Sealed log files to look through.'),
        auditEntries: z.number().int().describe('Entries by or about them; they stay.'),
        isHeld: z.boolean(),
        pushedTo: z.array(z.string()).describe('Destinations that got content. What was pushed is theirs to erase.'),
      }),
    ),
  eraseContent: endpoint({
    method: 'POST',
    path: '/compliance/erasures',
    summary: 'Erase the content of a person',
    tag,
    allow: 'compliance.delete',
    audit: 'erasure.ordered',
  })
    .input(
      z.object({
        memberId: MemberId,
        reason: Reason,
        withAudit: z
          .boolean()
          .default(false)
          .describe(
            'Names and addresses in the audit log go, too, and where environments, runners and git servers say who made them; the chain of the log stays valid.',
          ),
      }),
    )
    .output(Erasure),
  listErasures: endpoint({
    method: 'GET',
    path: '/compliance/erasures',
    summary: 'Erasures, the newest first',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object(pageInput))
    .output(pageOf(Erasure)),
  listReplacedFiles: endpoint({
    method: 'GET',
    path: '/compliance/erasures/{id}/files',
    summary: 'Which log file took the place of which',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object({ id: z.string(), ...pageInput }))
    .output(pageOf(ReplacedFile)),
  startExport: endpoint({
    method: 'POST',
    path: '/compliance/exports',
    summary: 'Collect everything about a person in a file',
    tag,
    allow: 'compliance.read',
    audit: 'person-export.started',
  })
    .input(z.object({ memberId: MemberId, reason: Reason }))
    .output(PersonExport),
  listExports: endpoint({
    method: 'GET',
    path: '/compliance/exports',
    summary: 'Exports about a person, the newest first',
    tag,
    allow: 'compliance.read',
    audit: readsOnly,
  })
    .input(z.object(pageInput))
    .output(pageOf(PersonExport)),
  linkExport: endpoint({
    method: 'POST',
    path: '/compliance/exports/{id}/link',
    summary: 'A link that fetches an export once, within five minutes',
    tag,
    allow: 'compliance.read',
    audit: 'person-export.linked',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ url: z.string(), expiresAt: At })),
};
