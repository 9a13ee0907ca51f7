import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { AccessToken, ClientSignIn, ConsoleSession } from './identity.ts';
import { Done, Id, tag } from './people.ts';
import { SecondFactors } from './second-factor.ts';

export const MemberSession = ConsoleSession.omit({ isCurrent: true }).extend({
  method: z.enum(['password', 'sso', 'passkey', 'link']).describe('How they signed in.'),
});

export const MemberAccess = z.object({
  hasPassword: z.boolean(),
  secondFactors: SecondFactors,
  sessions: z.array(MemberSession),
  signIns: z.array(ClientSignIn).describe('Codex clients that are signed in.'),
});

/** What somebody is signed in with, for whoever manages members. */
export const access = {
  get: endpoint({
    method: 'GET',
    path: '/members/{id}/access',
    summary: 'Console sessions and Codex sign-ins of a member',
    tag,
    allow: 'members.write',
    audit: readsOnly,
  })
    .input(Id)
    .output(MemberAccess),
  endSession: endpoint({
    method: 'DELETE',
    path: '/members/{id}/sessions/{sessionId}',
    summary: 'End a console session of a member',
    tag,
    allow: 'members.write',
    audit: 'session.revoked',
  })
    .input(Id.extend({ sessionId: z.string() }))
    .output(Done),
  endSignIn: endpoint({
    method: 'DELETE',
    path: '/members/{id}/sign-ins/{signInId}',
    summary: 'Sign a Codex client of a member out',
    tag,
    allow: 'members.write',
    audit: 'client.signed-out',
  })
    .input(Id.extend({ signInId: z.string() }))
    .output(Done),
  signOut: endpoint({
    method: 'POST',
    path: '/members/{id}/sign-out',
    summary: 'End every console session and Codex sign-in of a member',
    tag,
    allow: 'members.write',
    audit: 'session.revoked',
  })
    .input(Id)
    .output(z.object({ sessions: z.number().int(), signIns: z.number().int() })),
  tokens: endpoint({
    method: 'GET',
    path: '/members/{id}/access-tokens',
    summary: 'Access tokens of a member',
    tag,
    allow: 'access-tokens.manage',
    audit: readsOnly,
  })
    .input(Id)
    .output(z.object({ items: z.array(AccessToken) })),
};
