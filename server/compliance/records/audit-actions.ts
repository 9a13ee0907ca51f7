import type { AuditEventName } from '#contract/audit-events.ts';
import { after, before, type Entry, emailIn, fieldsOf, secondsOf, textOf } from './entry-facts.ts';
import { admin, auth, type Data, facts, type LoggedAction, type ToActions } from './logged-action.ts';

const credential = (entry: Entry): Data => {
  const { scopes, expiresAt } = after(entry);
  return {
    credential_id: entry.subject_id,
    credential_type: 'personal_access_token',
    credential_name: entry.subject_label,
    workspace_id: entry.workspaceId,
    ...(expiresAt !== undefined && { expires_at: secondsOf(expiresAt) }),
    ...(Array.isArray(scopes) && { scopes: scopes.map(String).sort() }),
  };
};

const tokenCreated: ToActions = (entry) => [
  {
    log: 'AUDIT_LOG',
    action: 'PERSONAL_ACCESS_TOKEN_CREATE',
    privilege: 'STANDARD_USER',
    data: { ...credential(entry), owner_user_id: entry.actor_id },
  },
  {
    log: 'CODEX_LOG',
    details: {
      detail_type: 'ACCESS_TOKEN_CREATED',
      access_token_id: entry.subject_id ?? '',
      access_token_name: entry.subject_label ?? '',
      created_by_user_id: entry.actor_id ?? '',
      expires_at: textOf(after(entry).expiresAt),
    },
  },
];

const tokenRevoked: ToActions = (entry) => {
  const owner = textOf(entry.payload.owner);
  const isOwn = owner === null || owner === emailIn(entry.actor_label);
  const ownerId = isOwn ? entry.actor_id : owner;
  const revoked = { revoked_at: Math.floor(entry.at.getTime() / 1000), state_changed: true };
  return [
    {
      log: 'AUDIT_LOG',
      action: 'PERSONAL_ACCESS_TOKEN_REVOKE',
      privilege: isOwn ? 'STANDARD_USER' : 'ADMIN',
      data: { ...credential(entry), owner_user_id: ownerId, ...revoked },
    },
    {
      log: 'CODEX_LOG',
      details: {
        detail_type: 'ACCESS_TOKEN_REVOKED',
        access_token_id: entry.subject_id ?? '',
        access_token_name: entry.subject_label ?? '',
        created_by_user_id: ownerId ?? '',
      },
    },
  ];
};

/** A toggle of the vendor for each switch; what is no switch, in one of ours. */
const settingsUpdated: ToActions = (entry) => {
  const [was, is] = [before(entry), after(entry)];
  const toggles: LoggedAction[] = Object.entries(is)
    .filter(([, value]) => typeof value === 'boolean')
    .map(([feature, value]) => ({
      log: 'AUDIT_LOG',
      action: 'WORKSPACE_TOGGLE_FEATURE',
      privilege: 'ADMIN',
      data: { feature, value },
    }));
  const others: LoggedAction[] =
    toggles.length === Object.keys(is).length && toggles.length > 0 ? [] : admin('WORKSPACE_UPDATE_SETTINGS')(entry);
  const details = { detail_type: 'WORKSPACE_UPDATED', previous_settings: was, current_settings: is } as const;
  return [...toggles, ...others, { log: 'CODEX_LOG', details }];
};

const sessionRevoked: ToActions = (entry) => {
  const { actor_id, subject_id, payload } = entry;
  if (actor_id !== subject_id)
    return admin('USER_LOGGED_OUT_BY_ADMIN', () => ({ logged_out_user_id: subject_id, ...payload }))(entry);
  const sessionId = textOf(payload.sessionId);
  return [
    sessionId === null
      ? { log: 'AUDIT_LOG', action: 'SESSION_LOGOUT_ALL', privilege: 'STANDARD_USER', data: {} }
      : {
          log: 'AUDIT_LOG',
          action: 'SESSION_REVOKE',
          privilege: 'STANDARD_USER',
          data: { session_id: sessionId, revoked_unified_sessions: [sessionId] },
        },
  ];
};

const membersChanged: ToActions = (entry) => {
  const listIn = (name: string) => (Array.isArray(entry.payload[name]) ? entry.payload[name].map(String) : []);
  const group_id = entry.subject_id;
  const [added, removed] = [listIn('added'), listIn('removed')];
  const adds = added.length === 0 ? [] : admin('GROUP_ADD_USERS', () => ({ group_id, email_addresses: added }))(entry);
  const removes = removed.flatMap((removed_user_id) =>
    admin('GROUP_REMOVE_USER', () => ({ group_id, removed_user_id }))(entry),
  );
  return adds.length + removes.length === 0 ? admin('GROUP_EDIT', () => ({ group_id }))(entry) : [...adds, ...removes];
};

const joined: ToActions = (entry) => [
  {
    log: 'AUDIT_LOG',
    action: 'INVITE_ACCEPT',
    privilege: 'STANDARD_USER',
    data: { email_address: emailIn(entry.subject_label) },
  },
  { log: 'AUTH_LOG', action: 'signup_success' },
];

const roleIn = (entry: Entry) => {
  const { roles } = after(entry);
  return Array.isArray(roles) ? roles.map(String).join(', ') : '';
};

/** Which of the vendor’s actions a call was is decided where the call is answered. */
const complianceCalled: ToActions = ({ payload }) => [
  {
    log: 'AUDIT_LOG',
    action: textOf(payload.action) ?? 'COMPLIANCE_API_CALL',
    privilege: 'ADMIN',
    result: payload.result === 'BLOCKED' || payload.result === 'ERROR' ? payload.result : 'SUCCESS',
    data: fieldsOf(payload.data),
  },
];

/**
 * In which log each event of the audit log stands, and as what. Actions that the vendor documents have its name and its data; for the
 * others, the changes of policies first of all, the name is ours and the data is what the audit log says.
 */
export const actionsOf = {
  'workspace.created': admin('WORKSPACE_CREATE'),
  'workspace.settings-updated': settingsUpdated,
  'session.started': auth('login_success'),
  'session.refused': (entry) =>
    auth(entry.payload.because === 'wrong-credentials' ? 'password_login_invalid_password' : 'login_failed')(entry),
  'session.ended': auth('logout_success'),
  'session.revoked': sessionRevoked,
  'session.break-glass': auth('break_glass_login_success'),
  'password.changed': auth('password_reset_success'),
  'second-factor.asked': auth('mfa_challenge'),
  'second-factor.shown': auth('mfa_success'),
  'second-factor.refused': auth('mfa_failed'),
  'second-factor.added': auth('mfa_factor_added'),
  'second-factor.removed': auth('mfa_factor_removed'),
  'second-factor.reset': admin('USER_RESET_SECOND_FACTORS'),
  'second-factor.rule-updated': admin('WORKSPACE_SET_SECOND_FACTOR_RULE'),
  'passkey.renamed': auth('mfa_factor_renamed'),
  'recovery-code.used': auth('mfa_recovery_code_used'),
  'recovery-codes.renewed': auth('mfa_recovery_codes_renewed'),
  'owner-link.created': admin('OWNER_LINK_CREATE'),
  'owner-link.used': admin('OWNER_LINK_USE'),
  'member.invited': admin('INVITE_USERS', (entry) => ({
    email_addresses: [emailIn(entry.subject_label) ?? entry.subject_label],
    role: roleIn(entry),
  })),
  'member.joined': joined,
  'member.invitation-renewed': admin('INVITE_RENEW'),
  'member.created': admin('USER_CREATE'),
  'member.updated': admin('USER_UPDATE'),
  'member.roles-changed': admin('USER_ROLE_UPDATED', (entry) => ({
    user_id: entry.subject_id,
    new_role: roleIn(entry),
  })),
  'member.suspended': admin('USER_SUSPEND'),
  'member.reactivated': admin('USER_REACTIVATE'),
  'member.deprovisioned': admin('USER_DEPROVISION'),
  'member.reprovisioned': admin('USER_REPROVISION'),
  'member.taken-over': admin('USER_TAKE_OVER'),
  'member.removed': admin('USER_DELETE', ({ subject_id }) => ({ deleted_user_id: subject_id })),
  'members.imported': admin('USERS_IMPORT'),
  'ownership.transferred': admin('WORKSPACE_TRANSFER_OWNERSHIP'),
  'group.created': admin('GROUP_CREATE', ({ subject_id, subject_label }) => ({
    group_id: subject_id,
    name: subject_label,
  })),
  'group.updated': admin('GROUP_EDIT', ({ subject_id, subject_label }) => ({
    group_id: subject_id,
    new_name: subject_label,
  })),
  'group.deleted': admin('GROUP_DELETE', ({ subject_id }) => ({ group_id: subject_id })),
  'group.members-changed': membersChanged,
  'group.roles-changed': admin('GROUP_SET_ROLES'),
  'role.created': admin('ROLE_CREATE'),
  'role.updated': admin('ROLE_UPDATE'),
  'role.deleted': admin('ROLE_DELETE'),
  'roles.default-changed': admin('WORKSPACE_SET_DEFAULT_ROLE'),
  'roles.set-up': admin('ROLES_SET_UP'),
  'policy.created': admin('POLICY_CREATE'),
  'policy.draft-saved': admin('POLICY_SAVE_DRAFT'),
  'policy.draft-discarded': admin('POLICY_DISCARD_DRAFT'),
  'policy.approval-requested': admin('POLICY_REQUEST_APPROVAL'),
  'policy.approval-declined': admin('POLICY_DECLINE_APPROVAL'),
  'policy.published': admin('POLICY_PUBLISH'),
  'policy.deleted': admin('POLICY_DELETE'),
  'policy.assignments-changed': admin('POLICY_SET_ASSIGNMENTS'),
  'policy.rolled-back': admin('POLICY_ROLL_BACK'),
  'policy.frozen': admin('POLICY_FREEZE'),
  'policy.unfrozen': admin('POLICY_UNFREEZE'),
  'policy.protection-updated': admin('POLICY_SET_PROTECTION'),
  'policy.set-applied': admin('POLICY_APPLY_SET'),
  'policy.set-unchanged': admin('POLICY_CHECK_SET'),
  'models.upstream-updated': admin('MODEL_UPSTREAM_UPDATE'),
  'models.upstream-tested': admin('MODEL_UPSTREAM_TEST'),
  'model.created': admin('MODEL_CREATE'),
  'model.updated': admin('MODEL_UPDATE'),
  'model.deleted': admin('MODEL_DELETE'),
  'access-token.created': tokenCreated,
  'access-token.revoked': tokenRevoked,
  'key.created': admin('WORKSPACE_KEY_CREATE'),
  'key.updated': admin('WORKSPACE_KEY_UPDATE'),
  'key.rotated': admin('WORKSPACE_KEY_ROTATE'),
  'key.revoked': admin('WORKSPACE_KEY_REVOKE'),
  'client.authorized': auth('native_login_success'),
  'client.refused': auth('login_failed'),
  'client.signed-out': auth('logout_success'),
  'device-code.approved': auth('device_code_approved'),
  'device-code.denied': auth('device_code_denied'),
  'refresh-token.reused': auth('token_revoked'),
  'sso-connection.created': (entry) =>
    after(entry).kind === 'saml'
      ? admin('SAML_CREATE_CONNECTION', (saml) => ({ sign_in_endpoint: null, ...facts(saml) }))(entry)
      : admin('SSO_CREATE_CONNECTION')(entry),
  'sso-connection.updated': admin('SSO_UPDATE_CONNECTION'),
  'sso-connection.tested': admin('SSO_TEST_CONNECTION'),
  'sso-connection.enabled': admin('SSO_ENABLE_CONNECTION'),
  'sso-connection.disabled': admin('SSO_DISABLE_CONNECTION'),
  'sso-connection.deleted': admin('SSO_DELETE_CONNECTION'),
  'sso-account.linked': auth('sso_account_linked'),
  'sso.sign-in-refused': auth('login_failed'),
  'email-domain.added': admin('DOMAIN_CREATE', ({ subject_id, subject_label }) => ({
    hostname: subject_label,
    domain_id: subject_id,
  })),
  'email-domain.checked': admin('DOMAIN_CHECK', ({ subject_id }) => ({ domain_id: subject_id })),
  'email-domain.lapsed': admin('DOMAIN_LAPSE'),
  'email-domain.removed': admin('DOMAIN_DELETE', ({ subject_id }) => ({ domain_id: subject_id })),
  'sso.settings-updated': admin('WORKSPACE_SET_SSO_RULE'),
  'compliance.called': complianceCalled,
  'destination.created': admin('COMPLIANCE_CREATE_DESTINATION'),
  'destination.updated': admin('COMPLIANCE_UPDATE_DESTINATION'),
  'destination.secret-rotated': admin('COMPLIANCE_ROTATE_DESTINATION_SECRET'),
  'destination.tested': admin('COMPLIANCE_TEST_DESTINATION'),
  'destination.deleted': admin('COMPLIANCE_DELETE_DESTINATION'),
  'retention.updated': admin('COMPLIANCE_SET_RETENTION'),
  'hold.placed': admin('COMPLIANCE_PLACE_HOLD'),
  'hold.lifted': admin('COMPLIANCE_LIFT_HOLD'),
  'erasure.ordered': admin('COMPLIANCE_ORDER_ERASURE'),
  'erasure.finished': admin('COMPLIANCE_FINISH_ERASURE'),
  'person-export.started': admin('COMPLIANCE_START_PERSON_EXPORT'),
  'person-export.linked': admin('COMPLIANCE_LINK_PERSON_EXPORT'),
  'person-export.fetched': admin('COMPLIANCE_FETCH_PERSON_EXPORT'),
  'compliance.purged': admin('COMPLIANCE_PURGE'),
  'price.added': admin('MODEL_PRICE_ADD'),
  'price.corrected': admin('MODEL_PRICE_CORRECT'),
  'price.withdrawn': admin('MODEL_PRICE_WITHDRAW'),
  'analytics.exported': admin('ANALYTICS_EXPORT'),
  'analytics.recount-asked': admin('ANALYTICS_RECOUNT'),
  'analytics.read': admin('ANALYTICS_READ'),
  'audit.exported': admin('AUDIT_EXPORT'),
  'audit.key-rotated': admin('AUDIT_ROTATE_KEY'),
  'audit.person-erased': admin('AUDIT_ERASE_PERSON'),
  'audit.verified': admin('AUDIT_VERIFY'),
  'keys.rotated': admin('ENCRYPTION_KEYS_ROTATE'),
} as const satisfies Record<AuditEventName, ToActions>;
