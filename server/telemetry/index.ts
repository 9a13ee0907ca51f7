// What clients report by themselves, kept raw until analytics reads it. Rule people get wrong: it is a client's own word, never a proof.
export { codexEventsDialect } from './codex-events/dialect.ts';
