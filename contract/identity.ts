import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';
import { SecondFactorMethod } from './second-factor.ts';
import { SessionState } from './session-state.ts';
import { allTokenScopes } from './token-scopes.ts';

const tag = 'Sign-in and sessions';

export const Email = z
  .email()
  .max(254)
  .transform((email) => email.toLowerCase());
export const Password = z
  .string()
  .min(1)
  .max(1024)
  .describe('At least 12 characters; checked against common passwords.');
export const PersonName = z.string().trim().min(1).max(200);
const At = z.iso.datetime();

export const ConsoleSession = z.object({
  id: z.string(),
  startedAt: At,
  lastSeenAt: At,
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  isCurrent: z.boolean(),
});

export const AccessToken = z.object({
  id: z.string(),
  kind: z.enum(['personal-access-token', 'api-key']),
  name: z.string(),
  hint: z.string().describe('First characters, to recognise it by.'),
  scopes: z.array(z.enum(allTokenScopes)),
  memberId: z.string(),
  memberName: z.string(),
  memberEmail: z.string(),
  createdAt: At,
  expiresAt: At.nullable().describe('Null: one made before 0.2, which does not end.'),
  lastUsedAt: At.nullable(),
  revokedAt: At.nullable(),
});
export type AccessToken = z.infer<typeof AccessToken>;

export const ClientSignIn = z.object({
  id: z.string().describe('The grant behind a Codex sign-in.'),
  client: z.string(),
  method: z.enum(['browser', 'device-code']),
  startedAt: At,
  lastUsedAt: At.nullable(),
  expiresAt: At.nullable(),
});

export const DeviceRequest = z.object({
  userCode: z.string(),
  client: z.string(),
  ip: z.string().nullable().describe('Address of the machine that asks.'),
  requestedAt: At,
  expiresAt: At,
  status: z.enum(['pending', 'approved', 'denied']),
});

export const Authorization = z.object({
  uid: z.string(),
  client: z.string(),
  redirectHost: z.string().describe('Where the browser goes after approval, for example 127.0.0.1:1455.'),
  workspaceName: z.string(),
  scopes: z.array(z.string()),
  refusal: z
    .string()
    .nullable()
    .describe('Set when this member cannot be let in; approval would send this to the client.'),
});

export const SignedIn = z.object({ state: z.literal('signed-in') });
export const SignInAnswer = z.discriminatedUnion('state', [
  SignedIn,
  z.object({
    state: z.literal('second-factor-needed'),
    methods: z.array(SecondFactorMethod).describe('What this member can show; the browser has ten minutes.'),
  }),
]);
export type SignInAnswer = z.infer<typeof SignInAnswer>;
const RedirectTo = z.object({ redirectTo: z.string().describe('Absolute URL the browser goes to next.') });
const Done = z.object({});

export const identity = {
  session: endpoint({
    method: 'GET',
    path: '/session',
    summary: 'Who is signed in here',
    tag,
    allow: 'anyone',
    audit: readsOnly,
  }).output(SessionState),
  signIn: endpoint({
    method: 'POST',
    path: '/session',
    summary: 'Sign in with e-mail and password',
    tag,
    allow: 'anyone',
    audit: 'session.started',
    orAudit: 'second-factor.asked',
  })
    .input(z.object({ email: Email, password: Password }))
    .output(SignInAnswer),
  signOut: endpoint({
    method: 'DELETE',
    path: '/session',
    summary: 'Sign out here',
    tag,
    allow: 'member',
    audit: 'session.ended',
    beforeSecondFactor: true,
  }).output(
    z.object({
      redirectTo: z
        .string()
        .nullable()
        .describe('Set when the identity provider has a session to end as well: open it next.'),
    }),
  ),
  sessions: endpoint({
    method: 'GET',
    path: '/account/sessions',
    summary: 'Own console sessions',
    tag,
    allow: 'member',
    audit: readsOnly,
  }).output(z.object({ items: z.array(ConsoleSession) })),
  revokeSession: endpoint({
    method: 'DELETE',
    path: '/account/sessions/{id}',
    summary: 'End one own session',
    tag,
    allow: 'member',
    audit: 'session.revoked',
  })
    .input(z.object({ id: z.string() }))
    .output(Done),
  signOutEverywhere: endpoint({
    method: 'POST',
    path: '/account/sign-out-everywhere',
    summary: 'End all own sessions and Codex sign-ins',
    tag,
    allow: 'member',
    audit: 'session.revoked',
  }).output(z.object({ sessions: z.number().int(), clients: z.number().int() })),
  changePassword: endpoint({
    method: 'POST',
    path: '/account/password',
    summary: 'Change own password; other sessions end',
    tag,
    allow: 'member',
    audit: 'password.changed',
    stepUp: true,
  })
    .input(z.object({ currentPassword: Password, newPassword: Password }))
    .output(Done),
  clientSignIns: endpoint({
    method: 'GET',
    path: '/account/clients',
    summary: 'Codex clients signed in as me',
    tag,
    allow: 'member',
    audit: readsOnly,
  }).output(z.object({ items: z.array(ClientSignIn) })),
  revokeClientSignIn: endpoint({
    method: 'DELETE',
    path: '/account/clients/{id}',
    summary: 'Sign one Codex client out',
    tag,
    allow: 'member',
    audit: 'client.signed-out',
  })
    .input(z.object({ id: z.string() }))
    .output(Done),
  accessTokens: endpoint({
    method: 'GET',
    path: '/access-tokens',
    summary: 'Own access tokens, or everybody’s',
    tag,
    allow: 'member',
    audit: readsOnly,
  })
    .input(
      z.object({
        ...pageInput,
        of: z.enum(['me', 'everyone']).default('me').describe('`everyone` needs access-tokens.manage.'),
        search: z.string().max(200).optional().describe('Part of the token’s name, or of its owner’s name or e-mail.'),
      }),
    )
    .output(pageOf(AccessToken).extend({ maxDays: z.number().int().describe('How long a new one may work at most.') })),
  createAccessToken: endpoint({
    method: 'POST',
    path: '/access-tokens',
    summary: 'Create an access token or API key; shown once',
    tag,
    allow: 'access-tokens.create',
    audit: 'access-token.created',
  })
    .input(
      z.object({
        kind: AccessToken.shape.kind,
        name: z.string().trim().min(1).max(100),
        scopes: z.array(z.enum(allTokenScopes)).default(allTokenScopes),
        expiresInDays: z.number().int().min(1).max(3650).describe('At most what the workspace allows.'),
      }),
    )
    .output(z.object({ accessToken: AccessToken, token: z.string().describe('The secret. Not shown again.') })),
  revokeAccessToken: endpoint({
    method: 'DELETE',
    path: '/access-tokens/{id}',
    summary: 'Revoke an access token or API key',
    tag,
    allow: 'member',
    audit: 'access-token.revoked',
  })
    .input(z.object({ id: z.string() }))
    .output(Done),
  deviceRequest: endpoint({
    method: 'GET',
    path: '/device-requests/{userCode}',
    summary: 'Which client waits for this code',
    tag,
    allow: 'member',
    audit: readsOnly,
  })
    .input(z.object({ userCode: z.string().max(20) }))
    .output(DeviceRequest),
  approveDevice: endpoint({
    method: 'POST',
    path: '/device-requests/{userCode}/approval',
    summary: 'Sign that client in as me',
    tag,
    allow: 'member',
    audit: 'device-code.approved',
  })
    .input(z.object({ userCode: z.string().max(20) }))
    .output(Done),
  denyDevice: endpoint({
    method: 'POST',
    path: '/device-requests/{userCode}/denial',
    summary: 'Refuse that client',
    tag,
    allow: 'member',
    audit: 'device-code.denied',
  })
    .input(z.object({ userCode: z.string().max(20) }))
    .output(Done),
  authorization: endpoint({
    method: 'GET',
    path: '/authorizations/{uid}',
    summary: 'The browser sign-in a Codex client asked for',
    tag,
    allow: 'member',
    audit: readsOnly,
  })
    .input(z.object({ uid: z.string() }))
    .output(Authorization),
  approveAuthorization: endpoint({
    method: 'POST',
    path: '/authorizations/{uid}/approval',
    summary: 'Continue to the Codex client',
    tag,
    allow: 'member',
    audit: 'client.authorized',
  })
    .input(z.object({ uid: z.string() }))
    .output(RedirectTo),
  denyAuthorization: endpoint({
    method: 'POST',
    path: '/authorizations/{uid}/denial',
    summary: 'Refuse the Codex client',
    tag,
    allow: 'member',
    audit: 'client.refused',
  })
    .input(z.object({ uid: z.string() }))
    .output(RedirectTo),
};
