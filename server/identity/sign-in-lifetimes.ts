const minute = 60;
const day = 24 * 60 * minute;

/** How long each artefact of a Codex sign-in lives. Revocation does not wait for any of them: every request asks the database. */
export const signInLifetimes = {
  accessTokenSeconds: 60 * minute,
  /** The client shows it in the browser's address bar (`/success?id_token=…`) and never checks its expiry. */
  idTokenSeconds: 5 * minute,
  /** Starts again at every refresh. */
  refreshTokenSeconds: 30 * day,
  /** From the first sign-in; then the person signs in anew, however often the client refreshed. */
  grantSeconds: 365 * day,
  authorizationCodeSeconds: 2 * minute,
  /** Between the client's request and the person's answer in the browser. */
  interactionSeconds: 15 * minute,
  /** The client gives up polling after 15 minutes. */
  deviceRequestSeconds: 15 * minute,
  /** Two processes that share one auth.json may refresh with the same token; later than this it counts as stolen. */
  refreshReuseGraceSeconds: 30,
  /** Refresh tokens are remembered this long after expiry, so that the client is told "expired" and not "unknown". */
  expiredRefreshTokenKeptSeconds: 90 * day,
} as const;
