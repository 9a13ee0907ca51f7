// Compliance records: where they go, how long they stay, and how they leave.
export { openPush } from './push/open-push.ts';
export { openRecordStreams } from './push/open-record-streams.ts';
export type { RecordStream } from './push/record-stream.ts';
export { complianceRoutes } from './routes.ts';
