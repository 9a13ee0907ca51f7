import { type Project, textOf } from '../files/project.ts';
import { fileOfSkill, type SkillFolder } from '../files/skills/find-skills.ts';
import type { FrontMatter } from '../files/skills/front-matter.ts';
import { type Findings, stretchOf } from './findings.ts';

/** Paths below the skill as its text names them; what may be a pattern or the beginning of a longer word is none. */
const mention = /(?<![\w./~$<{*-])(?:\.\/)?((?:scripts|references|assets)\/[\w][\w./-]*\.\w+)(?![\w*<{/])/g;

function checkScripts({ files, folder }: SkillFolder, findings: Findings): void {
  for (const file of files) {
    if (file.isExecutable || !file.path.startsWith(`${folder}/scripts/`)) continue;
    if (Buffer.from(file.bytes ?? []).toString('latin1', 0, 2) !== '#!') continue;
    findings.add({
      code: 'skill-script-not-executable',
      file: file.path,
      message: 'This script begins with `#!` and is not executable, so a command that names it fails.',
      fix: 'Make it executable: `git update-index --chmod=+x` keeps that in the repository.',
    });
  }
}

function checkMentions(project: Project, skill: SkillFolder, front: FrontMatter, findings: Findings): void {
  const text = textOf(skill.file);
  if (text === null || front.description === null) return;
  const start = text.length - front.body.length;
  const told = new Set<string>();
  for (const match of front.body.matchAll(mention)) {
    const name = match[1] ?? '';
    // A path through `..` is no file of the skill.
    if (told.has(name) || name.includes('..') || project.has(fileOfSkill(skill, name)) !== false) continue;
    told.add(name);
    const from = start + match.index;
    findings.add({
      code: 'skill-missing-reference',
      file: skill.file.path,
      at: stretchOf(text, from, from + match[0].length),
      message: `The skill names \`${name}\`, and there is no such file in its folder.`,
      fix: 'Add the file, or correct its name.',
    });
  }
}

/** The files beside a SKILL.md: scripts that cannot be run, and files it names that are not there. */
export function checkSkillFiles(project: Project, skill: SkillFolder, front: FrontMatter, findings: Findings): void {
  checkScripts(skill, findings);
  checkMentions(project, skill, front, findings);
}
