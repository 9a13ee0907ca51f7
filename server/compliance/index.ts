// Compliance records: sealed log files, and the API through which programs get them. Rule people get wrong: a file never changes, and ends
// later than every file before it.

export { keepingJobs } from './keeping/keeping-jobs.ts';
export { logJobs } from './log-files/log-jobs.ts';
export { openComplianceWork } from './open-compliance-work.ts';
export { personExportDialect } from './person-export/fetch-export.ts';
export { complianceApiDialect } from './public-api/dialect.ts';
export type { RecordStream } from './push/record-stream.ts';
export { complianceRoutes } from './routes.ts';
