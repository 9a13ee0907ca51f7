// Compliance records: where they go, how long they stay, and how they leave.
export { openPush } from './push/open-push.ts';
export { openRecordStream } from './push/open-record-stream.ts';
export type { RecordStream } from './push/record-stream.ts';
export { complianceRoutes } from './routes.ts';
