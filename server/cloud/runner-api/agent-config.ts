import { stringify } from 'smol-toml';
import { chatgptBaseUrl, clientAddresses } from '#server/connect/index.ts';

/** The home of whoever works in a container; tools keep what they download there. */
const homeInContainer = '/home/agent';

/**
 * What the stock client in the container reads from its settings. The provider, the policy and where it reports come with the config
 * bundle, which it fetches with the attempt's token. The container keeps the agent in; the client's own sandbox works within, so that a
 * policy that allows no other mode holds here too. It leaves the network to the container, whose only way out is the proxy.
 */
export const agentConfigToml = ({ origin, model }: { origin: string; model: string | null }): string =>
  `${stringify({
    ...(model === null ? {} : { model }),
    chatgpt_base_url: chatgptBaseUrl(origin),
    openai_base_url: `${origin}/backend-api/codex`,
    // Nobody is there to be asked.
    approval_policy: 'never',
    sandbox_mode: 'workspace-write',
    check_for_update_on_startup: false,
    sandbox_workspace_write: { network_access: true, writable_roots: [homeInContainer] },
  }).trimEnd()}\n`;

/** CODEX_AUTHAPI_BASE_URL. */
export const authApiUrl = (origin: string): string => clientAddresses(origin).CODEX_AUTHAPI_BASE_URL;

/** What the client calls itself; the surface CODEX_WEB is known by it. */
export const hostedOriginator = 'codex_web';

/** What a client with an access token calls: who it is, its policy and the models, what it reports. */
export const gatewayPaths = ['/api/accounts/v1/user-auth-credential/', '/backend-api/', '/otel/v1/'] as const;
