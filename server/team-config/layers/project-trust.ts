import { isTable, keyOf, type Values } from './config-layer.ts';
import type { MachineFiles } from './machine-files.ts';
import type { GitCheckout } from './project-folders.ts';

type TrustLevel = 'trusted' | 'untrusted';

export interface TrustDecision {
  /** Null: nobody decided yet, which counts as not trusted. */
  level: TrustLevel | null;
  /** The key of `projects` that decides, or that has to be added. */
  key: string;
}

/** Whom to ask: the `projects` table, or, when somebody asks “what if”, one answer for everything. */
export type TrustChoice = 'as-configured' | TrustLevel;

interface Project {
  root: string;
  checkout: GitCheckout | null;
}

/** The client compares whole paths, first without links, then as given. */
const keysOf = (files: MachineFiles, folder: string): string[] => [...new Set([files.realPath(folder), folder])];

function levelOf(projects: unknown, key: string): TrustLevel | null {
  const level = keyOf(keyOf(projects, key), 'trust_level');
  return level === 'trusted' || level === 'untrusted' ? level : null;
}

/**
 * Whether the `.codex` of a folder counts: by the folder's own entry, else by the one of the project's root, else by the one of the
 * main checkout. A parent folder decides nothing.
 */
export function decideTrust(
  files: MachineFiles,
  merged: Values,
  folder: string,
  { root, checkout }: Project,
  choice: TrustChoice,
): TrustDecision {
  const repository = checkout === null ? null : (checkout.mainRoot ?? checkout.root);
  const repositoryKeys = repository === null ? [] : keysOf(files, repository);
  const rootKeys = keysOf(files, root);
  const missing = repositoryKeys[0] ?? rootKeys[0] ?? root;
  if (choice !== 'as-configured') return { level: choice, key: missing };
  const projects = keyOf(merged, 'projects');
  if (isTable(projects))
    for (const key of [...keysOf(files, folder), ...rootKeys, ...repositoryKeys]) {
      const level = levelOf(projects, key);
      if (level !== null) return { level, key };
    }
  return { level: null, key: missing };
}

/** In the client's words; null when the folder is trusted. */
export function disabledReason({ level, key }: TrustDecision, userFile: string): string | null {
  if (level === 'trusted') return null;
  const gated = 'project-local config, hooks, and exec policies';
  if (level === null) return `To load ${gated}, add ${key} as a trusted project in ${userFile}.`;
  return `${key} is marked as untrusted in the effective configuration. To load ${gated}, update its trust setting. If that setting is managed by your organization, contact your administrator.`;
}
