import { stringify } from 'smol-toml';
import { chatgptBaseUrl, clientAddresses } from '#server/connect/index.ts';

/**
 * What the stock client in the container reads from its settings. The provider, the policy and where it reports come with the config
 * bundle, which it fetches with the attempt's token. What keeps the agent in is the container, which the client's own sandbox could
 * not be set up in, so it asks nobody and confines nothing itself.
 */
export const agentConfigToml = ({ origin, model }: { origin: string; model: string | null }): string =>
  `${stringify({
    ...(model === null ? {} : { model }),
    chatgpt_base_url: chatgptBaseUrl(origin),
    openai_base_url: `${origin}/backend-api/codex`,
    approval_policy: 'never',
    sandbox_mode: 'danger-full-access',
    check_for_update_on_startup: false,
    cli_auth_credentials_store: 'file',
  }).trimEnd()}\n`;

/** CODEX_AUTHAPI_BASE_URL. */
export const authApiUrl = (origin: string): string => clientAddresses(origin).CODEX_AUTHAPI_BASE_URL;

/** What a client with an access token calls: who it is, its policy and the models, what it reports. */
export const gatewayPaths = ['/api/accounts/v1/user-auth-credential/', '/backend-api/', '/otel/v1/'] as const;
