import { approvals } from './approvals.ts';
import { browser } from './browser.ts';
import { connections } from './connections.ts';
import { features } from './features.ts';
import { hooks } from './hooks.ts';
import { machine } from './machine.ts';
import { models } from './models.ts';
import { network } from './network.ts';
import { rules } from './rules.ts';
import { sandbox } from './sandbox.ts';
import type { Shape } from './shape.ts';
import { surfaces } from './surfaces.ts';
import { telemetry } from './telemetry.ts';

export interface KeyGroup {
  name: string;
  /** Top-level keys in the order of a form. */
  keys: Readonly<Record<string, Shape>>;
}

/** The sections of a form, in order. */
export const requirementGroups: readonly KeyGroup[] = [
  { name: 'Approvals', keys: approvals },
  { name: 'Sandbox', keys: sandbox },
  { name: 'Network and web search', keys: network },
  { name: 'Command rules', keys: rules },
  { name: 'Tools and MCP', keys: connections },
  { name: 'Hooks', keys: hooks },
  { name: 'Models', keys: models },
  { name: 'Features', keys: features },
  { name: 'Telemetry', keys: telemetry },
  { name: 'Surfaces', keys: { ...surfaces, ...browser } },
  { name: 'Other', keys: machine },
];

/**
 * Every key the stock client honours when a policy comes from here, found by asking the client itself: 0.169.0 names each type
 * and value it wants when it refuses a document, 0.163.0, 0.140.0 and 0.120.0 show which of them are older.
 */
export const requirementKeys: Readonly<Record<string, Shape>> = Object.assign(
  {},
  ...requirementGroups.map(({ keys }) => keys),
);

/** The older name of a key; the client refuses a document that uses both. */
export const keyAliases: Readonly<Record<string, string>> = { feature_requirements: 'features' };

const systemFile = 'the system file `/etc/codex/requirements.toml` of the machines (or your device management)';

/** Keys the client honours in files on the machine only: from here they are accepted and do nothing. The end of a sentence each. */
export const localOnlyKeys: Readonly<Record<string, string>> = {
  chatgpt_base_url: `has no effect from here: a client must know where Reeve is before it can ask. Put it in ${systemFile}; “Connect a client” writes it.`,
  allowed_login_methods: `has no effect from here: sign-in happens before a policy arrives. Put it in ${systemFile}; “Connect a client” writes it.`,
  allowed_chatgpt_workspaces: `has no effect from here: sign-in happens before a policy arrives. Put it in ${systemFile}.`,
  cli_auth_credentials_store: `has no effect from here: the sign-in is stored before a policy arrives. Put it in ${systemFile}.`,
};

export const configServerRefusal = `makes every client refuse this policy: a client accepts it in local files only. Put it in ${systemFile}.`;

/** The whole document as one shape. */
export const requirementsShape: Shape = {
  type: 'object',
  properties: {
    ...requirementKeys,
    ...Object.fromEntries(Object.entries(keyAliases).map(([alias, key]) => [alias, requirementKeys[key] ?? {}])),
  },
};

export const groupOf = (topLevelKey: string): string | null =>
  requirementGroups.find(({ keys }) => Object.hasOwn(keys, keyAliases[topLevelKey] ?? topLevelKey))?.name ?? null;
