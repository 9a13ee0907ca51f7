import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Verify';
const At = z.iso.datetime();

export const EstateClient = z.object({
  memberId: z.string(),
  memberName: z.string(),
  memberEmail: z.string(),
  client: z.string().describe('For example `codex_exec`, from the User-Agent.'),
  surface: z.string().describe('In words, for example “CLI”.'),
  version: z.string().nullable(),
  policyName: z.string().nullable().describe('Fetched last with this client; null: none, or not known.'),
  policyRevision: z.number().int().nullable(),
  isPolicyCurrent: z.boolean().nullable(),
  reportsTelemetry: z.boolean(),
  isBelowMinimum: z.boolean(),
  lastSeenAt: At,
});
export type EstateClient = z.infer<typeof EstateClient>;

export const estate = {
  summary: endpoint({
    method: 'GET',
    path: '/verify/estate',
    summary: 'Client versions, surfaces and policy versions in the field, of the last 30 days',
    tag,
    allow: 'verify.read',
    audit: readsOnly,
  }).output(
    z.object({
      members: z.number().int().describe('Active members seen with a client.'),
      versions: z.array(
        z.object({
          version: z.string().nullable(),
          members: z.number().int(),
          clients: z.number().int(),
          isTested: z.boolean(),
          isBelowMinimum: z.boolean(),
        }),
      ),
      surfaces: z.array(z.object({ surface: z.string(), members: z.number().int() })),
      policies: z.array(
        z.object({
          policyName: z.string().nullable(),
          revision: z.number().int().nullable(),
          members: z.number().int(),
          isCurrent: z.boolean(),
        }),
      ),
      minimum: z.object({
        version: z.string().nullable(),
        from: At.nullable().describe('From then the gateway refuses; null: at once.'),
        isInForce: z.boolean(),
        membersBelow: z.number().int(),
        refusalsLast24Hours: z.number().int(),
      }),
    }),
  ),
  clients: endpoint({
    method: 'GET',
    path: '/verify/estate/clients',
    summary: 'Who runs what',
    tag,
    allow: 'verify.read',
    audit: readsOnly,
  })
    .input(
      z.object({
        ...pageInput,
        search: z.string().max(200).optional().describe('Part of a name or e-mail.'),
        version: z.string().max(40).optional(),
        surface: z.string().max(60).optional(),
        only: z.enum(['below-minimum', 'old-policy', 'silent']).optional().describe('`silent`: without telemetry.'),
      }),
    )
    .output(pageOf(EstateClient)),
};
