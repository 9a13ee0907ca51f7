import { stringify } from 'smol-toml';
import { chatgptBaseUrl, clientSettings, type JoinFacts } from './join-facts.ts';

/**
 * The three keys a client takes only from the machine itself, never from the server: where its workspace is, and that nobody signs
 * in another way. Policy stays with Reeve, because what a management profile says here wins over it.
 */
export const requirementsFile = ({ origin, workspaceId }: Pick<JoinFacts, 'origin' | 'workspaceId'>): string =>
  `${stringify({
    chatgpt_base_url: chatgptBaseUrl(origin),
    allowed_login_methods: ['chatgpt'],
    allowed_chatgpt_workspaces: [workspaceId],
  }).trimEnd()}\n`;

/** `managed_config.toml` of a machine, whose values win over settings and flags, or the lines of a person's own `config.toml`. */
export const settingsFile = ({ origin }: Pick<JoinFacts, 'origin'>): string =>
  `${stringify(clientSettings(origin)).trimEnd()}\n`;
