import { isAuditEventName } from '#contract/audit-events.ts';
import type { CodexSurface } from '#contract/codex-surfaces.ts';
import { type ArrivedEntry, lastAuditSeq, listArrivedEntries } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { actionsOf } from './audit-actions.ts';
import { type Entry, emailIn, textOf } from './entry-facts.ts';
import type { LoggedAction } from './logged-actions.ts';
import type { PlacedRecord, ReadPart } from './read-activity.ts';
import { recordIdOf, redactedKeyId, uuidOf } from './record-ids.ts';
import { type Actor, CodexEventDetails, type LogRecord } from './wire.ts';

function actorOf({ actor_kind, actor_id, actor_label }: Entry): Actor {
  if (actor_kind === 'key' && actor_id !== null)
    return { type: 'API_KEY', redacted_id: redactedKeyId(actor_id), credential_id: actor_id };
  if (actor_kind === 'system' || actor_id === null)
    return { type: 'SYSTEM', id: actor_kind === 'system' ? actor_label : 'anonymous' };
  return { type: 'ACCOUNT_USER', user_id: actor_id, user_email: emailIn(actor_label) };
}

/** Environments belong to Codex cloud. Else somebody signs in to the console, or with a client that Reeve cannot tell apart here. */
const clientOf = ({ detail_type }: CodexEventDetails): CodexSurface =>
  detail_type.startsWith('ENVIRONMENT_') ? 'CODEX_WEB' : 'CODEX_UNKNOWN_DEFAULT';

/** How somebody proved who they are, in the vendor’s word for it where it has one (`password`). */
const providerOf = ({ payload, event }: Entry): string | null => {
  if (event === 'session.refused') return 'password';
  if (event.startsWith('sso')) return 'sso';
  return textOf(payload.because) ?? textOf(payload.method);
};

function recordOf(entry: Entry, logged: LoggedAction, index: number): LogRecord {
  const envelope = {
    // The entry’s own id, where it makes one record.
    event_id: index === 0 ? uuidOf(entry.id) : recordIdOf('audit', entry.id, String(index)),
    timestamp: entry.at.toISOString(),
    principal: { id: uuidOf(entry.workspaceId), type: 'CHATGPT_WORKSPACE' as const },
    actor: actorOf(entry),
  };
  // The audit log keeps no user agent.
  const request = { client_ip: entry.ip, client_user_agent: null };
  if (logged.log === 'AUTH_LOG') {
    const { action, data } = logged;
    const action_data = { ...data, action, auth_provider_name: providerOf(entry) };
    return { ...envelope, type: 'AUTH_LOG', request_metadata: request, action_data };
  }
  if (logged.log === 'AUDIT_LOG') {
    const { action, privilege, result = 'SUCCESS', data } = logged;
    return {
      ...envelope,
      type: 'AUDIT_LOG',
      action,
      action_result: result,
      action_privilege: privilege,
      request_metadata: {
        ...request,
        client_ip_details: null,
        client_ja3: '',
        client_ja4: '',
        destination_hostname: null,
      },
      action_data: data,
    };
  }
  const event_details = CodexEventDetails.parse(logged.details);
  return {
    ...envelope,
    type: 'CODEX_LOG',
    event_type: event_details.detail_type,
    client_id: clientOf(event_details),
    workspace_id: uuidOf(entry.workspaceId),
    event_details,
  };
}

/** The records that an entry makes, in whichever logs. None for an event that a newer version of Reeve wrote. */
export function auditRecords(workspaceId: string, row: ArrivedEntry): LogRecord[] {
  const { event } = row;
  if (!isAuditEventName(event)) return [];
  const entry = { ...row, event, workspaceId };
  return actionsOf[event](entry).map((logged, index) => recordOf(entry, logged, index));
}

export const auditHead = lastAuditSeq;

/** The records of what was written to the audit log, in its order. */
export async function readAuditRecords(
  db: Database,
  workspaceId: string,
  { after, upTo, limit }: Omit<ReadPart, 'withContent'>,
): Promise<{ records: PlacedRecord[]; readTo: number }> {
  const rows = await listArrivedEntries(db, workspaceId, { after, upTo, limit });
  const records = rows.flatMap((row) =>
    auditRecords(workspaceId, row).map((record) => ({ position: row.seq, record })),
  );
  return { records, readTo: rows.length < limit ? upTo : (rows.at(-1)?.seq ?? upTo) };
}
