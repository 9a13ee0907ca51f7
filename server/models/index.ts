// Model traffic: allowed models, the upstream, the gateway and the activity it records.
// Rule people get wrong: a call is written to the activity beside its stream, never in its path, and ends there exactly once.

export { adoptFormerCalls } from './adopt-former-calls.ts';
export { askUpstream, type UpstreamAnswer } from './ask-upstream.ts';
export { type CallRecord, recordOf } from './call-record.ts';
export { newCallRow } from './call-row.ts';
export { copyModels, insertProofModel } from './copy-queries.ts';
export { forgetFormerTextsOf } from './former-queries.ts';
export type { CallRow } from './gateway-queries.ts';
export { countOldCalls, purgeCalls } from './keeping-queries.ts';
export { type ModelFacts, readModelFacts } from './model-facts.ts';
export { callsOfPerson } from './person-rows.ts';
export { priceCall } from './price-call.ts';
export { modelPricesRoutes } from './price-routes.ts';
export { listModels } from './queries.ts';
export { repriceCalls } from './reprice-calls.ts';
export { responsesDialect } from './responses-api/dialect.ts';
export { type Gateway, openGateway } from './responses-api/gateway.ts';
export { activityRoutes, modelsRoutes } from './routes.ts';
export { saveRecords } from './save-records.ts';
export { countTooOld } from './too-old-queries.ts';
export { openCallerTrial } from './try-caller.ts';
export { setUpstream } from './upstream.ts';
