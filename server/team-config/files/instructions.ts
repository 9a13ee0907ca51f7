import { chainOf, folderOf, join, nameOf, type Project, type ProjectFile } from './project.ts';

/** Of all files from the root down together, when `project_doc_max_bytes` does not say otherwise. */
export const defaultInstructionBytes = 32 * 1024;

const names = ['AGENTS.override.md', 'AGENTS.md'] as const;

/** The file the client reads in one folder, and those it passes over for it. */
export function instructionsIn(
  project: Project,
  folder: string,
  fallbacks: readonly string[] = [],
): { read: ProjectFile; passedOver: ProjectFile[] } | null {
  const found = [...names, ...fallbacks]
    .map((name) => project.files.get(join(folder, name)))
    .filter((file) => file !== undefined);
  const [read, ...passedOver] = found;
  return read ? { read, passedOver } : null;
}

/** Folders with instructions of their own, the outer ones first. */
export function foldersWithInstructions(project: Project, fallbacks: readonly string[] = []): string[] {
  const wanted = new Set<string>([...names, ...fallbacks]);
  const folders = [...project.files.keys()].filter((path) => wanted.has(nameOf(path))).map(folderOf);
  return [...new Set(folders)].sort(
    (left, right) => chainOf(left).length - chainOf(right).length || (left < right ? -1 : 1),
  );
}
