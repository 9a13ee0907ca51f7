import { approvals } from './requirements/approvals.ts';
import { models } from './requirements/models.ts';
import { network } from './requirements/network.ts';
import { sandbox } from './requirements/sandbox.ts';
import type { Shape } from './requirements/shape.ts';
import { surfaces } from './requirements/surfaces.ts';
import { tools } from './requirements/tools.ts';

/**
 * Every key the stock client honours when a policy comes from here, found by asking the client itself: 0.169.0 names each type
 * and value it wants when it refuses a document, 0.163.0, 0.140.0 and 0.120.0 show which of them are older.
 */
export const requirementKeys: Readonly<Record<string, Shape>> = {
  ...approvals,
  ...sandbox,
  ...network,
  ...tools,
  ...models,
  ...surfaces,
};

/** The older name of a key; the client refuses a document that uses both. */
export const keyAliases: Readonly<Record<string, string>> = { feature_requirements: 'features' };

const systemFile = 'the system file `/etc/codex/requirements.toml` of the machines (or your device management)';

/** Keys the client honours in files on the machine only: from here they are accepted and do nothing. */
export const localOnlyKeys: Readonly<Record<string, string>> = {
  chatgpt_base_url: `has no effect from here: a client must know where Reeve is before it can ask. Put it in ${systemFile}; “Connect a client” writes it.`,
  allowed_login_methods: `has no effect from here: sign-in happens before a policy arrives. Put it in ${systemFile}; “Connect a client” writes it.`,
  allowed_chatgpt_workspaces: `has no effect from here: sign-in happens before a policy arrives. Put it in ${systemFile}.`,
  cli_auth_credentials_store: `has no effect from here: the sign-in is stored before a policy arrives. Put it in ${systemFile}.`,
};

export const configServerRefusal = `makes every client refuse this policy: a client accepts it in local files only. Put it in ${systemFile}.`;

export const requirementsSchema: Shape = {
  type: 'object',
  properties: {
    ...requirementKeys,
    ...Object.fromEntries(Object.entries(keyAliases).map(([alias, key]) => [alias, requirementKeys[key] ?? {}])),
  },
};
