import { gitOperations } from '#contract/git-servers.ts';
import { accountLinkedPath, appMadePath, canCallBack, hookPath } from './addresses.ts';

/** What Reeve wants to be told of; GitHub tells every app of its installations without being asked. */
const events = ['pull_request', 'repository'];

const weight = { read: 1, write: 2 } as const;

/** The most that any operation asks a token for: what the app has to be given. */
export function neededPermissions(): Record<string, 'read' | 'write'> {
  const needed: Record<string, 'read' | 'write'> = {};
  for (const { permissions } of Object.values(gitOperations))
    for (const [name, level] of Object.entries(permissions) as [string, 'read' | 'write'][])
      if (weight[level] > weight[needed[name] ?? 'read'] || !needed[name]) needed[name] = level;
  return needed;
}

/** `contents: write` for each that an installation does not give. */
export const missingPermissions = (given: Readonly<Record<string, string>>): string[] =>
  Object.entries(neededPermissions())
    .filter(([name, level]) => !(given[name] === level || given[name] === 'write' || given[name] === 'admin'))
    .map(([name, level]) => `${name}: ${level}`);

/** The description of the app that GitHub makes (GitHub docs, “Registering a GitHub App from a manifest”). */
export const manifestOf = ({
  name,
  isPublic,
  connectionId,
  origin,
  baseUrl,
}: {
  name: string;
  isPublic: boolean;
  connectionId: string;
  origin: string;
  baseUrl: string;
}) => ({
  name,
  url: origin,
  description: 'Runs Codex tasks on your own infrastructure.',
  ...(canCallBack(baseUrl, origin) && {
    hook_attributes: { url: `${origin}${hookPath(connectionId)}`, active: true },
    default_events: events,
  }),
  redirect_url: `${origin}${appMadePath}`,
  callback_urls: [`${origin}${accountLinkedPath}`],
  setup_url: `${origin}/git`,
  setup_on_update: false,
  request_oauth_on_install: false,
  public: isPublic,
  default_permissions: neededPermissions(),
});
