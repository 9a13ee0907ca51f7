// Who somebody is: console sessions, passwords, access tokens, and the Codex clients' sign-ins (codex-oauth/). Rule people get wrong: what
// ends a member's access runs in the transaction of its reason, and the caller sends `access-changed` after the commit.
export {
  countClientSignIns,
  countLiveAccessTokens,
  countPendingDeviceRequests,
} from './access-facts-queries.ts';
export {
  endAllAccessOfMember,
  endSessionOfMember,
  endSignInOfMember,
  readAccessOfMember,
  readAccessTokensOfMember,
} from './access-of-member.ts';
export { createAccessToken, openTokenReader } from './access-tokens.ts';
export { findAttemptOfToken } from './attempt-token-queries.ts';
export { createAttemptToken } from './attempt-tokens.ts';
export { authenticateClient } from './authenticate-client.ts';
export { listSignInsOf } from './client-grant-queries.ts';
export { revokeGrantsOfWorkspace } from './client-grants.ts';
export { approveDeviceOfProof } from './codex-oauth/approve-device-of-proof.ts';
export { codexOauthDialect } from './codex-oauth/dialect.ts';
export { endMemberAccess } from './end-access.ts';
export { countEndedGrants, purgeEndedGrants } from './keeping-queries.ts';
export { notifyOfEndingTokens } from './notify-expiry.ts';
export { refuseWeakPassword } from './password-rules.ts';
export { accessOfPerson } from './person-rows.ts';
export { purgeExpiredIdentity } from './purge-expired.ts';
export { identityRoutes, readConsoleMember } from './routes.ts';
export { secondFactorRoutes } from './second-factor/routes.ts';
export { secondFactorGap } from './second-factor/rule.ts';
export { freshForMs } from './second-factor/standing.ts';
export { setSignInCookies } from './session-cookies.ts';
export { startSession } from './sessions.ts';
export { rotateSigningKeys } from './signing-keys.ts';
export {
  countSessionsPastSignOn,
  endSessionsPastSignOn,
  logoutHintPlace,
  type SignOnOfSession,
} from './sso-requirement.ts';
