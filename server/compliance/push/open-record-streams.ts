import type { Services } from '#server/services.ts';
import { lastActivitySeq } from '../records/activity-record-queries.ts';
import { auditHead, readAuditRecords } from '../records/audit-records.ts';
import { activityHead, readActivityRecords } from '../records/read-activity.ts';
import type { RecordStream } from './record-stream.ts';

/** What is pushed is what is sealed: the same records, made by the same functions. */
export const openRecordStreams = ({ db, secrets }: Pick<Services, 'db' | 'secrets'>): RecordStream[] => [
  {
    origin: 'activity',
    end: (workspaceId) => activityHead(db, workspaceId),
    async read(from, { workspaceId, after, limit, withContent }) {
      // Asking for the head holds writers up for a moment: only when there is something.
      if ((await lastActivitySeq(from, workspaceId)) <= after) return { records: [], readTo: after };
      const upTo = await activityHead(db, workspaceId);
      return readActivityRecords({ secrets }, from, workspaceId, { after, upTo, limit, withContent });
    },
  },
  {
    origin: 'audit',
    end: (workspaceId) => auditHead(db, workspaceId),
    async read(from, { workspaceId, after, limit }) {
      const upTo = await auditHead(from, workspaceId);
      return upTo <= after
        ? { records: [], readTo: after }
        : readAuditRecords(from, workspaceId, { after, upTo, limit });
    },
  },
];
