// What happened, by whom, kept for good. Rule people get wrong: `record` takes the transaction of the change itself, never `db`.
export { type ArrivedEntry, lastAuditSeq, listArrivedEntries } from './arrival-queries.ts';
export { chainOf, installationChain } from './chain/chain-link.ts';
export { listLinks } from './chain-queries.ts';
export { erasePerson, type PersonToErase } from './erase-person.ts';
export { auditJobs } from './keep-chain.ts';
export { countEntriesOf } from './person-queries.ts';
export { entriesOfPerson } from './person-rows.ts';
export { type Actor, record, recordAll, systemActor, watchRecords } from './record.ts';
export { openReadingRecords } from './record-reading.ts';
export { auditRoutes } from './routes.ts';
