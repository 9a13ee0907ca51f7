// What clients report by themselves. Rule people get wrong: it is a client's own word, never a proof; only who reports is proved, by the
// token of the delivered policy.
export { adoptFormerEvents } from './codex-events/adopt-former-events.ts';
export { codexEventsDialect } from './codex-events/dialect.ts';
export { otlpDialect } from './otlp/dialect.ts';
export { closeTelemetry, settleTelemetry } from './otlp/open-ingest.ts';
export { purgeTelemetry } from './otlp/purge-senders.ts';
export { reportingMembers } from './reporting-queries.ts';
export { readTelemetryFacts, type TelemetryFacts } from './telemetry-facts.ts';
