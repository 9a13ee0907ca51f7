import { after, before, type Entry, emailIn, fieldsOf, secondsOf, textOf } from './entry-facts.ts';
import type { CodexEventDetails } from './wire.ts';

type Data = Record<string, unknown>;
interface AuditAction {
  log: 'AUDIT_LOG';
  /** The vendor’s, where it has one for this. */
  action: string;
  privilege: 'ADMIN' | 'STANDARD_USER';
  result?: 'SUCCESS' | 'BLOCKED' | 'ERROR';
  data: Data;
}
interface AuthAction {
  log: 'AUTH_LOG';
  action: string;
  data?: Data;
}
interface CodexAction {
  log: 'CODEX_LOG';
  details: Data & { detail_type: CodexEventDetails['detail_type'] };
}
export type LoggedAction = AuditAction | AuthAction | CodexAction;

/** What an action of ours carries: its object, and what the audit log says about it. */
export const facts = ({ subject_kind, subject_id, subject_label, payload }: Entry): Data => ({
  ...(subject_kind !== null && { subject: { kind: subject_kind, id: subject_id, label: subject_label } }),
  ...payload,
});

export type ToActions = (entry: Entry) => LoggedAction[];
export const admin =
  (action: string, data: (entry: Entry) => Data = facts): ToActions =>
  (entry) => [{ log: 'AUDIT_LOG', action, privilege: 'ADMIN', data: data(entry) }];
/** What members do for themselves. */
export const ownAction =
  (action: string): ToActions =>
  (entry) => [{ log: 'AUDIT_LOG', action, privilege: 'STANDARD_USER', data: facts(entry) }];
export const auth =
  (action: string): ToActions =>
  ({ payload }) => [{ log: 'AUTH_LOG', action, data: payload }];

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

export const tokenCreated: ToActions = (entry) => [
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

export const tokenRevoked: ToActions = (entry) => {
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
export const settingsUpdated: ToActions = (entry) => {
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

export const sessionRevoked: ToActions = (entry) => {
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

export const membersChanged: ToActions = (entry) => {
  const listIn = (name: string) => (Array.isArray(entry.payload[name]) ? entry.payload[name].map(String) : []);
  const group_id = entry.subject_id;
  const [added, removed] = [listIn('added'), listIn('removed')];
  const adds = added.length === 0 ? [] : admin('GROUP_ADD_USERS', () => ({ group_id, email_addresses: added }))(entry);
  const removes = removed.flatMap((removed_user_id) =>
    admin('GROUP_REMOVE_USER', () => ({ group_id, removed_user_id }))(entry),
  );
  return adds.length + removes.length === 0 ? admin('GROUP_EDIT', () => ({ group_id }))(entry) : [...adds, ...removes];
};

export const joined: ToActions = (entry) => [
  {
    log: 'AUDIT_LOG',
    action: 'INVITE_ACCEPT',
    privilege: 'STANDARD_USER',
    data: { email_address: emailIn(entry.subject_label) },
  },
  { log: 'AUTH_LOG', action: 'signup_success' },
];

export const roleIn = (entry: Entry) => {
  const { roles } = after(entry);
  return Array.isArray(roles) ? roles.map(String).join(', ') : '';
};

/** Which of the vendor’s actions a call was is decided where the call is answered. */
export const complianceCalled: ToActions = ({ payload }) => [
  {
    log: 'AUDIT_LOG',
    action: textOf(payload.action) ?? 'COMPLIANCE_API_CALL',
    privilege: 'ADMIN',
    result: payload.result === 'BLOCKED' || payload.result === 'ERROR' ? payload.result : 'SUCCESS',
    data: fieldsOf(payload.data),
  },
];
