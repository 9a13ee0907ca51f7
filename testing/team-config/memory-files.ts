import path from 'node:path';
import type { EffectiveInput, MachineFiles } from '#server/team-config/index.ts';

/** Files by absolute path; folders are there when something is in them, links do not exist. */
const memoryFiles = (files: Readonly<Record<string, string>>): MachineFiles => ({
  read: (name) => files[name],
  kind: (name) => {
    if (files[name] !== undefined) return 'file';
    return Object.keys(files).some((file) => file.startsWith(`${name}${path.sep}`)) ? 'folder' : null;
  },
  realPath: (name) => name,
});

/** A machine of which only what matters is given; the work folder is `/work`. */
export const inputOf = (
  files: Readonly<Record<string, string>>,
  rest: Partial<Omit<EffectiveInput, 'files'>> = {},
): EffectiveInput => ({
  files: memoryFiles(files),
  cwd: '/repository',
  codexHome: '/home/ada/.codex',
  home: '/home/ada',
  systemFolder: '/etc/codex',
  flags: [],
  profile: null,
  trust: 'as-configured',
  defaults: [],
  requirements: [],
  ...rest,
});
