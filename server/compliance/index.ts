// Compliance records: sealed log files, and the API through which programs get them. Rule people get wrong: a file never changes, and ends
// later than every file before it.
export { logJobs } from './log-files/log-jobs.ts';
export { openPush } from './push/open-push.ts';
export { openRecordStream } from './push/open-record-stream.ts';
export type { RecordStream } from './push/record-stream.ts';
export { complianceRoutes } from './routes.ts';
