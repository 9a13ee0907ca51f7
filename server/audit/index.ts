// What happened, by whom, kept for good. Rule people get wrong: `record` takes the transaction of the change itself, never `db`.
export { type ArrivedEntry, lastAuditSeq, listArrivedEntries } from './arrival-queries.ts';
export { type Actor, record, recordAll, systemActor, watchRecords } from './record.ts';
export { openReadingRecords } from './record-reading.ts';
export { auditRoutes } from './routes.ts';
