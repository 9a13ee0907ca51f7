import type { Services } from '#server/services.ts';
import { openPersonWork } from './open-person-work.ts';
import { openPush } from './push/open-push.ts';
import { openRecordStreams } from './push/open-record-streams.ts';

/** What goes on beside the requests: pushing records, erasing and exporting what is kept of people. Ends by itself when Reeve stops. */
export function openComplianceWork(services: Services): { close(): Promise<void> } {
  const work = [openPush(services, openRecordStreams(services)), openPersonWork(services)];
  return {
    async close() {
      await Promise.all(work.map((one) => one.close()));
    },
  };
}
