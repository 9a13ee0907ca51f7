// Enforced requirements.toml documents: written, checked, assigned, resolved, delivered.
// The rule people get wrong: the first group in the order that holds the member decides alone; nothing is filled in from later ones.
// A document a stock client would refuse is never stored, because it would lock out everyone it is assigned to.
export { diagnose } from './check-publication.ts';
export { checkShape, prepareShapes } from './check-shape.ts';
export { clientVersionRemarks } from './client-version-remarks.ts';
export { closestName } from './closest-name.ts';
export { codexClientDialect } from './codex-client/dialect.ts';
export { commandLineOf } from './command-line-of.ts';
export { evaluateArgv } from './command-rules/evaluate-command.ts';
export { findShadowedRules, type ShadowKind } from './command-rules/find-shadowed-rules.ts';
export { parseRulesFile, type RulesFile } from './command-rules/parse-rules-file.ts';
export type { CommandRule } from './command-rules/rule-set.ts';
export { ruleSetOfRequirements } from './command-rules/rule-set-of-requirements.ts';
export { decideRule } from './decide-rule.ts';
export { clientsInTheField, type GovernedClient, governedClients } from './field-queries.ts';
export { type FirstDelivery, firstDeliveriesBefore } from './first-deliveries-queries.ts';
export { fitValues, printToml } from './fit-document.ts';
export { forgetGroup, previewGroupRemoval } from './forget-group.ts';
export { findPolicyOfMember } from './look-up-policy.ts';
export { mergeRequirements } from './merge-requirements.ts';
export { deliveriesToPerson } from './person-rows.ts';
export { type PolicyFacts, readPolicyFacts } from './policy-facts.ts';
export { checkPolicyRevision, deliverPolicy, policyRevisionHeader } from './policy-revision.ts';
export { copyPoliciesForProof, listProvable, type ProvableVersion, readProvableVersion } from './proof-copies.ts';
export { purgeExpiredPolicies } from './purge-expired.ts';
export { readToml, type Span, type TomlNode } from './read-toml.ts';
export { listDeliveriesTo } from './receipt-queries.ts';
export { flushReceipts } from './record-receipts.ts';
export { reeveFeatures } from './reeve-pins.ts';
export { regexProblem } from './regex-problem.ts';
export { agesOf } from './remark-shape.ts';
export { type Finding as DocumentFinding, writePath } from './report.ts';
export { type Requirements, requirementsFor } from './requirements-for.ts';
export { policiesRoutes } from './routes.ts';
export { readTelemetryToken, telemetryHeader, telemetryTokenOf } from './telemetry-token.ts';
export { tryGroups } from './try-groups.ts';
export { validateDocument } from './validate-document.ts';
export { walkDocument } from './walk-document.ts';
