/**
 * Verify: proofs that the stock client keeps what a policy says, and which clients are in the field. What a client does not know is never
 * a pass.
 */
export { listBelowMinimum } from './estate/read-estate.ts';
export { estateRoutes } from './estate/routes.ts';
export { type ProofFacts, readProofFacts } from './last-proof-facts.ts';
export { openProofWorker } from './runs/proof-worker.ts';
export { proofRoutes } from './runs/routes.ts';
export { CertificateFile, EvidenceFile, verifyCertificate } from './runs/verify-certificate.ts';
