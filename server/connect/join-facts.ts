/** What a machine has to know to join; everything in this feature is made from it. */
export interface JoinFacts {
  /** Reeve's public origin, `https://host[:port]`. */
  origin: string;
  workspaceId: string;
  /** The local authority clients have to trust; null when the operator brought a certificate of their own. */
  authorityPem: string | null;
  /** The authority behind the vendor's names; null unless the operator turned proxy mode on. */
  proxyAuthorityPem: string | null;
}

/** The stock client's own OAuth client id; `codex login --device-auth` sends whatever it is given. */
export const codexClientId = 'app_EMoamEEZ73f0CkXaXp7hrann';

/** Where each address of the stock client leads. The keys are environment variables the client reads. */
export const clientAddresses = (origin: string) =>
  ({
    CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${origin}/oauth/token`,
    CODEX_REVOKE_TOKEN_URL_OVERRIDE: `${origin}/oauth/revoke`,
    CODEX_APP_SERVER_LOGIN_ISSUER: origin,
    CODEX_AUTHAPI_BASE_URL: `${origin}/api/accounts`,
  }) as const;

/** The prefix has to end in `/backend-api/`: the client picks its path style by it. */
export const chatgptBaseUrl = (origin: string): string => `${origin}/backend-api/`;

/**
 * What a client reads from settings. Since 0.140 the policy pins where model calls go; 0.120 knows `openai_base_url` only, and clients
 * before 0.163 take neither address from `requirements.toml`.
 */
export const clientSettings = (origin: string) =>
  ({
    chatgpt_base_url: chatgptBaseUrl(origin),
    openai_base_url: `${origin}/backend-api/codex`,
  }) as const;

export const deviceSignIn = (origin: string): string =>
  `codex login --device-auth --experimental_issuer ${origin} --experimental_client-id ${codexClientId}`;
