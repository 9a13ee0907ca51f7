// What happened, by whom, kept for good. Rule people get wrong: `record` takes the transaction of the change itself, never `db`.
export { type ArrivedEntry, lastAuditSeq, listArrivedEntries } from './arrival-queries.ts';
export { type AuditFacts, readAuditFacts } from './audit-facts.ts';
export { installationChain } from './chain/chain-link.ts';
export { readKeys, type TrustedKeys } from './chain/checkpoint.ts';
export type { VerificationReport } from './chain/verification.ts';
export type { CopiedCheckpoint } from './chain/verify-checkpoints.ts';
export { verifyExport } from './chain/verify-export.ts';
export { verifyProof } from './chain/verify-proof.ts';
export { checkTimeStamp, readAuthorities } from './copies/time-stamp.ts';
export { erasePerson } from './erase-person.ts';
export { auditJobs } from './keep-chain.ts';
export { auditCalls } from './local-audit.ts';
export { countEntriesOf } from './person-queries.ts';
export { entriesOfPerson } from './person-rows.ts';
export { type OwnEntry, ownEntriesBefore } from './read-entries.ts';
export { type Actor, record, recordAll, systemActor, watchRecords } from './record.ts';
export { openReadingRecords } from './record-reading.ts';
export { auditRoutes } from './routes.ts';
