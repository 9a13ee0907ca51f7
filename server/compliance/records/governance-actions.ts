import type { AuditEventName } from '#contract/audit-events.ts';

/** What AUDIT_LOG calls what is done to compliance records themselves. All of it is an administrator's doing, or Reeve's own. */
export const governanceActions = {
  'log-file.linked': 'DOWNLOAD_WORKSPACE_LOG_FILE',
  'destination.created': 'COMPLIANCE_CREATE_DESTINATION',
  'destination.updated': 'COMPLIANCE_UPDATE_DESTINATION',
  'destination.secret-rotated': 'COMPLIANCE_ROTATE_DESTINATION_SECRET',
  'destination.tested': 'COMPLIANCE_TEST_DESTINATION',
  'destination.deleted': 'COMPLIANCE_DELETE_DESTINATION',
  'retention.updated': 'COMPLIANCE_SET_RETENTION',
  'hold.placed': 'COMPLIANCE_PLACE_HOLD',
  'hold.lifted': 'COMPLIANCE_LIFT_HOLD',
  'erasure.ordered': 'COMPLIANCE_ORDER_ERASURE',
  'erasure.finished': 'COMPLIANCE_FINISH_ERASURE',
  'person-export.started': 'COMPLIANCE_START_PERSON_EXPORT',
  'person-export.linked': 'COMPLIANCE_LINK_PERSON_EXPORT',
  'person-export.fetched': 'COMPLIANCE_FETCH_PERSON_EXPORT',
  'compliance.purged': 'COMPLIANCE_PURGE',
} as const satisfies Partial<Record<AuditEventName, string>>;
