import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { allKeyScopes } from './key-scopes.ts';

const tag = 'Keys';
const At = z.iso.datetime();

export const longestKeyDays = 3650;
export const defaultKeyDays = 90;
/** How long a replaced secret may go on working. */
export const longestOverlapHours = 7 * 24;

const KeySecret = z.object({
  hint: z.string().describe('First characters, to recognise it by.'),
  createdAt: At,
  endsAt: At.nullable().describe('Set once it was replaced: until then it goes on working.'),
});

export const WorkspaceKey = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(allKeyScopes)),
  allowedIps: z.array(z.string()).describe('Addresses and networks it works from; empty: from anywhere.'),
  state: z.enum(['active', 'expired', 'revoked']),
  secrets: z.array(KeySecret).describe('The newest first; two while a rotation overlaps.'),
  createdBy: z.object({
    id: z.string().nullable(),
    name: z.string(),
    hasLeft: z.boolean().describe('The key stays: it belongs to the workspace.'),
  }),
  createdAt: At,
  expiresAt: At,
  lastUsedAt: At.nullable(),
  lastUsedIp: z.string().nullable(),
  revokedAt: At.nullable(),
});
export type WorkspaceKey = z.infer<typeof WorkspaceKey>;

const KeyName = z.string().trim().min(1).max(100);
const expiresInDays = z
  .number()
  .int()
  .min(1)
  .max(longestKeyDays)
  .default(defaultKeyDays)
  .describe('At most what the workspace allows.');
const WithSecret = z.object({ key: WorkspaceKey, secret: z.string().describe('Not shown again.') });

export const keys = {
  list: endpoint({
    method: 'GET',
    path: '/keys',
    summary: 'The API keys of the workspace, newest first',
    tag,
    allow: 'keys.write',
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(WorkspaceKey),
      maxDays: z.number().int().describe('How long a key may work at most.'),
    }),
  ),
  create: endpoint({
    method: 'POST',
    path: '/keys',
    summary: 'Create an API key; its secret is shown once',
    tag,
    allow: 'keys.write',
    audit: 'key.created',
  })
    .input(
      z.object({
        name: KeyName,
        scopes: z.array(z.enum(allKeyScopes)).min(1).describe('None beyond what you may do yourself.'),
        allowedIps: z
          .array(z.string().trim().max(50))
          .max(100)
          .default([])
          .describe('Addresses or networks such as 192.0.2.0/24 or 2001:db8::/32; empty: from anywhere.'),
        expiresInDays,
      }),
    )
    .output(WithSecret),
  update: endpoint({
    method: 'PATCH',
    path: '/keys/{id}',
    summary: 'Rename a key or change where it works from',
    tag,
    allow: 'keys.write',
    audit: 'key.updated',
  })
    .input(
      z.object({
        id: z.string(),
        name: KeyName.optional(),
        allowedIps: z.array(z.string().trim().max(50)).max(100).optional(),
      }),
    )
    .output(WorkspaceKey),
  rotate: endpoint({
    method: 'POST',
    path: '/keys/{id}/rotation',
    summary: 'Give a key a new secret; the former one works on for a while',
    tag,
    allow: 'keys.write',
    audit: 'key.rotated',
  })
    .input(
      z.object({
        id: z.string(),
        overlapHours: z
          .number()
          .int()
          .min(0)
          .max(longestOverlapHours)
          .default(24)
          .describe('How long the former secret goes on working; 0: it ends at once.'),
        expiresInDays,
      }),
    )
    .output(WithSecret),
  revoke: endpoint({
    method: 'DELETE',
    path: '/keys/{id}',
    summary: 'Revoke a key with all its secrets',
    tag,
    allow: 'keys.write',
    audit: 'key.revoked',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({})),
};
