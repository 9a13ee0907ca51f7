// Enforced requirements.toml documents: written, checked, assigned, resolved, delivered.
// The rule people get wrong: the first group in the order that holds the member decides alone; nothing is filled in from later ones.
// A document a stock client would refuse is never stored, because it would lock out everyone it is assigned to.
export { diagnose } from './check-publication.ts';
export { clientVersionRemarks } from './client-version-remarks.ts';
export { codexClientDialect } from './codex-client/dialect.ts';
export { commandLineOf } from './command-line-of.ts';
export { decideRule } from './decide-rule.ts';
export { type FirstDelivery, firstDeliveriesBefore } from './first-deliveries-queries.ts';
export { fitValues } from './fit-document.ts';
export { forgetGroup, previewGroupRemoval } from './forget-group.ts';
export { findPolicyOfMember } from './look-up-policy.ts';
export { mergeRequirements } from './merge-requirements.ts';
export { deliveriesToPerson } from './person-rows.ts';
export { type PolicyFacts, readPolicyFacts } from './policy-facts.ts';
export { checkPolicyRevision, deliverPolicy, policyRevisionHeader } from './policy-revision.ts';
export {
  copyPoliciesForProof,
  listProvable,
  type ProvableVersion,
  readProvableVersion,
} from './proof-copies.ts';
export { purgeExpiredPolicies } from './purge-expired.ts';
export { listDeliveriesTo } from './receipt-queries.ts';
export { flushReceipts } from './record-receipts.ts';
export { reeveFeatures } from './reeve-pins.ts';
export { policiesRoutes } from './routes.ts';
export { readTelemetryToken, telemetryHeader, telemetryTokenOf } from './telemetry-token.ts';
