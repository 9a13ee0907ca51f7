import { folderOf, join, nameOf, type Project, type ProjectFile, skillRootOf } from '../project.ts';

export const scanLimits = { depth: 6, folders: 2000 } as const;

export interface SkillFolder {
  /** Its SKILL.md. */
  file: ProjectFile;
  /** For example `.codex/skills`. */
  root: string;
  /** Empty: SKILL.md stands directly below `skills`. */
  folder: string;
  /** Why no client finds it. */
  unseen: 'too-deep' | 'hidden' | 'file-name' | 'file-link' | null;
  /** Everything in its folder and below, other skills left out; without SKILL.md. */
  files: ProjectFile[];
}

function whyUnseen(file: ProjectFile, below: string): SkillFolder['unseen'] {
  const folders = below.split('/').slice(0, -1);
  if (nameOf(file.path) !== 'SKILL.md') return 'file-name';
  if (folders.some((name) => name.startsWith('.'))) return 'hidden';
  if (folders.length > scanLimits.depth) return 'too-deep';
  return file.isLink ? 'file-link' : null;
}

/** The skills of a repository, those that no client finds as well, by path. */
export function findSkills(project: Project): SkillFolder[] {
  const below = [...project.files.values()].filter(({ path }) => skillRootOf(path) !== null);
  const skillFiles = below.filter(({ path }) => nameOf(path).toLowerCase() === 'skill.md');
  const homes = new Set(skillFiles.map(({ path }) => folderOf(path)));
  const homeOf = (path: string): string | null => {
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) if (homes.has(folder)) return folder;
    return null;
  };
  const byHome = Map.groupBy(below, ({ path }) => homeOf(path));
  const proper = new Set(
    skillFiles.filter(({ path }) => nameOf(path) === 'SKILL.md').map(({ path }) => folderOf(path)),
  );
  return skillFiles
    .filter(({ path }) => nameOf(path) === 'SKILL.md' || !proper.has(folderOf(path)))
    .map((file) => {
      const root = skillRootOf(file.path) ?? '';
      const folder = folderOf(file.path);
      const files = (byHome.get(folder) ?? []).filter(({ path }) => path !== file.path);
      return { file, root, folder, unseen: whyUnseen(file, file.path.slice(root.length + 1)), files };
    })
    .sort((left, right) => (left.file.path < right.file.path ? -1 : 1));
}

/** A file of the skill by the name its text gives it. */
export const fileOfSkill = ({ folder }: SkillFolder, name: string): string => join(folder, name.replace(/^\.\//, ''));
