// Compliance records: sealed log files, the API through which programs get them, where they
// are pushed to, how long what is kept, and what is held, erased and handed out of people. Rule people get wrong: a file never changes, and ends
// later than every file before it.

export { type ComplianceFacts, readComplianceFacts } from './compliance-facts.ts';
export { keepingJobs } from './keeping/keeping-jobs.ts';
export { logJobs } from './log-files/log-jobs.ts';
export { openComplianceWork } from './open-compliance-work.ts';
export { personExportDialect } from './person-export/fetch-export.ts';
export { complianceApiDialect } from './public-api/dialect.ts';
export type { RecordStream } from './push/record-stream.ts';
export { complianceRoutes } from './routes.ts';
