// API keys of the workspace: for programs. Rule people get wrong: a key belongs to the workspace, not to whoever made it, so it stays when
// they leave; what it may do is its scopes alone, never the roles of a member.
export { endingSoonDays, listKeysEndingSoon } from './keys-ending-soon.ts';
export { notifyOfEndingKeys } from './notify-expiry.ts';
export { purgeEndedSecrets } from './purge-ended.ts';
export { openKeyReader } from './read-key.ts';
export { keysRoutes } from './routes.ts';
