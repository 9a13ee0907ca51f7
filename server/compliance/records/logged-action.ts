import type { Entry } from './entry-facts.ts';

export type Data = Record<string, unknown>;
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
  details: Data & { detail_type: 'ACCESS_TOKEN_CREATED' | 'ACCESS_TOKEN_REVOKED' | 'WORKSPACE_UPDATED' };
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
export const auth =
  (action: string): ToActions =>
  ({ payload }) => [{ log: 'AUTH_LOG', action, data: payload }];
