import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { Email } from './identity.ts';
import { Connection, ConnectionChange, ConnectionName, EmailDomain, SignOnProblem, SsoSettings } from './sso.ts';

const tag = 'Single sign-on';
const Id = z.object({ id: z.string() });
const Done = z.object({});

export const sso = {
  connections: {
    list: endpoint({
      method: 'GET',
      path: '/sso/connections',
      summary: 'Connections to identity providers',
      tag,
      allow: 'settings.read',
      audit: readsOnly,
    }).output(z.object({ items: z.array(Connection) })),
    get: endpoint({
      method: 'GET',
      path: '/sso/connections/{id}',
      summary: 'One connection',
      tag,
      allow: 'settings.read',
      audit: readsOnly,
    })
      .input(Id)
      .output(Connection),
    create: endpoint({
      method: 'POST',
      path: '/sso/connections',
      summary: 'Start a connection; nobody signs in with it before it is enabled',
      tag,
      allow: 'sign-in.write',
      audit: 'sso-connection.created',
    })
      .input(z.object({ kind: z.enum(['oidc', 'saml']), name: ConnectionName }))
      .output(Connection),
    update: endpoint({
      method: 'PATCH',
      path: '/sso/connections/{id}',
      summary: 'Change a connection',
      tag,
      allow: 'sign-in.write',
      audit: 'sso-connection.updated',
      stepUp: true,
    })
      .input(Id.extend(ConnectionChange.shape))
      .output(Connection),
    startTest: endpoint({
      method: 'POST',
      path: '/sso/connections/{id}/test',
      summary: 'Try a connection with one’s own account; changes nobody',
      tag,
      allow: 'sign-in.write',
      audit: 'sso-connection.tested',
    })
      .input(Id)
      .output(
        z.object({ redirectTo: z.string().describe('Open in the browser; it comes back to the connection’s page.') }),
      ),
    enable: endpoint({
      method: 'POST',
      path: '/sso/connections/{id}/enabling',
      summary: 'Let people sign in with it; needs a test that worked',
      tag,
      allow: 'sign-in.write',
      audit: 'sso-connection.enabled',
      stepUp: true,
    })
      .input(Id)
      .output(Connection),
    disable: endpoint({
      method: 'DELETE',
      path: '/sso/connections/{id}/enabling',
      summary: 'Stop sign-ins with it; sessions stay',
      tag,
      allow: 'sign-in.write',
      audit: 'sso-connection.disabled',
      stepUp: true,
    })
      .input(Id)
      .output(Connection),
    remove: endpoint({
      method: 'DELETE',
      path: '/sso/connections/{id}',
      summary: 'Delete a connection',
      tag,
      allow: 'sign-in.write',
      audit: 'sso-connection.deleted',
      stepUp: true,
    })
      .input(Id)
      .output(Done),
  },
  domains: {
    list: endpoint({
      method: 'GET',
      path: '/sso/domains',
      summary: 'E-mail domains and their proof',
      tag,
      allow: 'settings.read',
      audit: readsOnly,
    }).output(z.object({ items: z.array(EmailDomain) })),
    add: endpoint({
      method: 'POST',
      path: '/sso/domains',
      summary: 'Claim an e-mail domain',
      tag,
      allow: 'sign-in.write',
      audit: 'email-domain.added',
    })
      .input(z.object({ domain: z.string().trim().toLowerCase().min(3).max(253) }))
      .output(EmailDomain),
    check: endpoint({
      method: 'POST',
      path: '/sso/domains/{id}/check',
      summary: 'Look for the DNS TXT record now',
      tag,
      allow: 'sign-in.write',
      audit: 'email-domain.checked',
    })
      .input(Id)
      .output(EmailDomain),
    remove: endpoint({
      method: 'DELETE',
      path: '/sso/domains/{id}',
      summary: 'Give up an e-mail domain',
      tag,
      allow: 'sign-in.write',
      audit: 'email-domain.removed',
      stepUp: true,
    })
      .input(Id)
      .output(Done),
  },
  settings: endpoint({
    method: 'GET',
    path: '/sso/settings',
    summary: 'Whether single sign-on is required',
    tag,
    allow: 'settings.read',
    audit: readsOnly,
  }).output(SsoSettings),
  previewSettings: endpoint({
    method: 'POST',
    path: '/sso/settings/preview',
    summary: 'Who could not sign in any more',
    tag,
    allow: 'sign-in.write',
    audit: { none: 'changes nothing' },
  })
    .input(SsoSettings)
    .output(
      z.object({
        lockedOut: z.array(z.object({ id: z.string(), name: z.string(), email: z.string() })).describe('The first 20.'),
        lockedOutCount: z.number().int().describe('Active members whose domain has no enabled connection.'),
        endingSessions: z.number().int(),
      }),
    ),
  updateSettings: endpoint({
    method: 'PATCH',
    path: '/sso/settings',
    summary: 'Require single sign-on, or stop requiring it',
    tag,
    allow: 'sign-in.write',
    audit: 'sso.settings-updated',
    stepUp: true,
  })
    .input(SsoSettings)
    .output(SsoSettings),
  problem: endpoint({
    method: 'POST',
    path: '/sign-in/problem',
    summary: 'What went wrong in a single sign-on, from the text the server put into the address',
    tag,
    allow: 'anyone',
    audit: { none: 'changes nothing' },
  })
    .input(z.object({ token: z.string().max(8000) }))
    .output(SignOnProblem),
  signInOptions: endpoint({
    // Not GET: an address in a URL ends up in logs.
    method: 'POST',
    path: '/sign-in/options',
    summary: 'How the owner of an e-mail address signs in; decided by its domain alone',
    tag,
    allow: 'anyone',
    audit: { none: 'changes nothing' },
  })
    .input(z.object({ email: Email }))
    .output(
      z.object({
        connection: z.object({ id: z.string(), name: z.string() }).nullable(),
        isPasswordOffered: z
          .boolean()
          .describe('False where single sign-on is required. Break-glass owners may use their password all the same.'),
      }),
    ),
};
