/**
 * The client ids we accept: the one every stock client carries, and one for `codex login --device-auth --experimental_client-id` (any
 * text is possible there; ours tells such sign-ins apart). All are public: no secret, PKCE required (RFC 8252 §8.1).
 */
export const oauthClients = [
  { id: 'app_EMoamEEZ73f0CkXaXp7hrann', name: 'Codex' },
  { id: 'reeve-cli', name: 'Codex CLI' },
] as const;

export const isKnownClient = (clientId: string): boolean => oauthClients.some(({ id }) => id === clientId);

/** What clients call themselves in `originator`. */
const originators: Record<string, string> = {
  codex_cli_rs: 'Codex CLI',
  codex_exec: 'Codex CLI',
  'codex-tui': 'Codex CLI',
  codex_vscode: 'Codex for VS Code',
  codex_sdk_ts: 'Codex SDK',
};

/** A name people recognise. An originator that is not known is not shown: anyone can write anything into it. */
export const clientName = (clientId: string, originator?: string): string =>
  (originator !== undefined && Object.hasOwn(originators, originator) ? originators[originator] : undefined) ??
  oauthClients.find(({ id }) => id === clientId)?.name ??
  'Codex';

/** Both spellings are used by some version; for a native client the port is free (RFC 8252 §7.3). */
export const loopbackRedirects = ['http://127.0.0.1/auth/callback', 'http://localhost/auth/callback'];

const deviceCallbackPath = '/deviceauth/callback';
/** The redirect a device code is bound to. Nobody is ever redirected there; the client only repeats it at the token endpoint. */
export const deviceRedirect = (origin: string) => `${origin}${deviceCallbackPath}`;
/** Behind `reeve proxy` a client believes in the vendor's name for the same issuer. */
export const deviceRedirectAliases = [`https://auth.openai.com${deviceCallbackPath}`];

export const grantedScopes = 'openid profile email offline_access';
export const resourceScopes = 'api.connectors.read api.connectors.invoke';
