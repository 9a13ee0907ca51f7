/**
 * Every audit event with the sentence shown in the console. `secret` names payload fields that are never stored in clear: the
 * recorder replaces them by "(hidden)".
 */
export interface AuditEvent {
  sentence: string;
  secret?: readonly string[];
}

export const auditEvents = {
  'workspace.created': { sentence: 'The workspace was set up and got its first owner.' },
  'workspace.settings-updated': { sentence: 'Workspace settings were changed.' },
  'session.started': { sentence: 'Someone signed in to the console.' },
  'session.refused': { sentence: 'A console sign-in was refused.' },
  'session.ended': { sentence: 'Someone signed out of the console.' },
  'session.revoked': { sentence: 'Console sessions were revoked.' },
  'password.changed': { sentence: 'A member changed their password.', secret: ['password'] },
  'owner-link.created': { sentence: 'A set-up link for an owner was made on the server.' },
  'owner-link.used': { sentence: 'A set-up link made someone an owner, or gave an owner a new password.' },
  'member.invited': { sentence: 'Someone was invited.' },
  'member.joined': { sentence: 'An invited person joined.' },
  'member.invitation-renewed': { sentence: 'An invitation link was replaced by a new one.' },
  'member.updated': { sentence: "A member's name was changed." },
  'member.roles-changed': { sentence: 'The roles a member has themselves were changed.' },
  'member.suspended': { sentence: 'A member was suspended: sessions, tokens and running calls end.' },
  'member.reactivated': { sentence: 'A suspended member may sign in again.' },
  'member.removed': { sentence: 'A member was removed.' },
  'group.created': { sentence: 'A group was created.' },
  'group.updated': { sentence: 'A group was renamed or described.' },
  'group.deleted': { sentence: 'A group was deleted.' },
  'group.members-changed': { sentence: 'People were added to or taken out of a group.' },
  'policy.created': { sentence: 'A policy was written.' },
  'policy.updated': { sentence: 'A policy was changed.' },
  'policy.deleted': { sentence: 'A policy was deleted.' },
  'policy.assignments-changed': { sentence: 'The order in which policies apply, or the fallback, was changed.' },
  'models.upstream-updated': { sentence: 'The model upstream was changed.', secret: ['apiKey'] },
  'models.upstream-tested': { sentence: 'The model upstream was tested.' },
  'model.created': { sentence: 'A model was allowed.' },
  'model.updated': { sentence: 'A model was changed.' },
  'model.deleted': { sentence: 'A model was taken away.' },
  'access-token.created': { sentence: 'An access token or API key was created.', secret: ['token'] },
  'access-token.revoked': { sentence: 'An access token or API key was revoked.' },
  'client.authorized': { sentence: 'A Codex client was signed in.' },
  'client.refused': { sentence: 'A Codex client sign-in was refused.' },
  'client.signed-out': { sentence: 'A Codex client signed out or was signed out.' },
  'device-code.approved': { sentence: 'A device code sign-in was approved.' },
  'device-code.denied': { sentence: 'A device code sign-in was denied.' },
  'refresh-token.reused': { sentence: 'A used refresh token was presented again: the whole sign-in was revoked.' },
  'sso-connection.created': { sentence: 'A connection to an identity provider was started.' },
  'sso-connection.updated': { sentence: 'A connection to an identity provider was changed.', secret: ['clientSecret'] },
  'sso-connection.tested': { sentence: 'A connection to an identity provider was tried.' },
  'sso-connection.enabled': { sentence: 'People may sign in with a connection.' },
  'sso-connection.disabled': { sentence: 'People can no longer sign in with a connection.' },
  'sso-connection.deleted': { sentence: 'A connection to an identity provider was deleted.' },
  'email-domain.added': { sentence: 'An e-mail domain was claimed.' },
  'email-domain.checked': { sentence: 'The DNS record of an e-mail domain was looked for.' },
  'email-domain.removed': { sentence: 'An e-mail domain was given up.' },
  'sso.settings-updated': { sentence: 'Whether single sign-on is required was changed.' },
  'keys.rotated': { sentence: 'Encryption or signing keys were rotated.' },
} as const satisfies Record<string, AuditEvent>;

export type AuditEventName = keyof typeof auditEvents;
export const auditEventNames = Object.keys(auditEvents) as [AuditEventName, ...AuditEventName[]];
