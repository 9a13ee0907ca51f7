import type { SkillPreview } from '#contract/team-config-files.ts';
import { nameOf, type Project, textOf } from '../files/project.ts';
import { findSkills, type SkillFolder, scanLimits } from '../files/skills/find-skills.ts';
import {
  type FrontMatter,
  type FrontMatterProblem,
  readFrontMatter,
  skillLimits,
} from '../files/skills/front-matter.ts';
import { checkSkillFiles } from './check-skill-files.ts';
import { checkSkillMetadata } from './check-skill-metadata.ts';
import { type Findings, stretchOf } from './findings.ts';

/** Of the list of skills, measured on 0.169.0: 2 % of the context, four characters a token, of which its own skills need a part. */
const list = { context: 272_000, share: 0.02, charactersPerToken: 4, ownSkills: 2600 } as const;

/** Characters the skills of a repository have, by the size of the context that its config sets. */
export const listBudget = (context: number | null): number =>
  Math.floor((context ?? list.context) * list.share * list.charactersPerToken) - list.ownSkills;

const problemCodes = {
  'no-front-matter': 'skill-no-front-matter',
  'bad-yaml': 'skill-bad-yaml',
  'wrong-field': 'skill-wrong-field',
  'no-description': 'skill-no-description',
  'name-too-long': 'skill-name-too-long',
} as const satisfies Record<FrontMatterProblem['kind'], string>;

const problemFixes: Readonly<Record<FrontMatterProblem['kind'], string>> = {
  'no-front-matter': 'Begin the file with `---`, `name: …`, `description: …` and `---`, each on a line of its own.',
  'bad-yaml': 'Put the value in quotes.',
  'wrong-field': 'Write it once, as text.',
  'no-description': 'Say with `description` what the skill does and when to use it.',
  'name-too-long': 'Shorten the name; the description can say more.',
};

const unseenReports = {
  'too-deep': {
    code: 'skill-too-deep',
    message: `No client finds this skill: it is more than ${scanLimits.depth} folders below \`skills\`.`,
    fix: 'Move its folder further up.',
  },
  hidden: {
    code: 'skill-hidden',
    message: 'No client finds this skill: a folder on the way has a name that begins with a dot.',
    fix: 'Rename the folder.',
  },
  'file-name': {
    code: 'skill-file-name',
    message: 'No client finds this skill: its file must be called `SKILL.md`.',
    fix: 'Rename the file to `SKILL.md`.',
  },
  'file-link': {
    code: 'skill-file-link',
    message: 'No client finds this skill: its SKILL.md is a symbolic link to a file.',
    fix: 'Link the whole folder, or copy the file.',
  },
} as const;

const nothingRead: FrontMatter = { name: null, description: null, repaired: null, tooLong: [], body: '' };

interface ReadSkill {
  skill: SkillFolder;
  front: FrontMatter;
  preview: SkillPreview;
}

/** The context that the config of a folder sets, in tokens. */
type ContextIn = (folder: string) => number | null;

/** A line of the list every session begins with; clients shorten the folder of all skills to a name such as `r0`. */
const lineOf = (name: string, description: string, below: string): string =>
  `- ${name}: ${description} (file: r0/${below})\n`;

function reportText(skill: SkillFolder, front: FrontMatter, text: string, findings: Findings): void {
  const file = skill.file.path;
  const inFolder = nameOf(skill.folder) || 'skills';
  if (front.repaired) {
    const { from, to, message } = front.repaired;
    findings.add({
      code: 'skill-yaml-repaired',
      file,
      at: stretchOf(text, from, to),
      message: `This is not YAML (${message}). Clients since 0.163.0 repair it; older ones leave the skill out.`,
      fix: problemFixes['bad-yaml'],
    });
  }
  for (const { field, length, from, to } of front.tooLong)
    findings.add({
      code: 'skill-text-too-long',
      file,
      at: stretchOf(text, from, to),
      message: `\`${field}\` has ${length} characters: clients before 0.163.0 leave the skill out at more than ${skillLimits.text}.`,
      fix: 'Shorten it and move what is left into the text of the skill.',
    });
  if (front.name === null)
    findings.add({
      code: 'skill-no-name',
      file,
      message: `The skill has no \`name\`; clients call it \`${inFolder}\`, as its folder.`,
      fix: `Add \`name: ${inFolder}\`.`,
    });
}

function readFront(skill: SkillFolder, findings: Findings, problems: string[]): FrontMatter {
  const file = skill.file.path;
  const text = textOf(skill.file);
  if (text === null) {
    problems.push('It is not UTF-8 text, or larger than 1 MiB.');
    findings.add({
      code: 'skill-unreadable',
      file,
      message: 'SKILL.md cannot be read: it is not UTF-8 text, or larger than 1 MiB.',
      fix: 'Save it as UTF-8.',
    });
    return nothingRead;
  }
  const { read, problem } = readFrontMatter(text);
  if (problem) {
    problems.push(problem.message);
    findings.add({
      code: problemCodes[problem.kind],
      file,
      at: stretchOf(text, problem.from, problem.to),
      message: `No client loads this skill. ${problem.message}`,
      fix: problemFixes[problem.kind],
    });
    return { ...nothingRead, body: text };
  }
  reportText(skill, read, text, findings);
  return read;
}

function readSkill(skill: SkillFolder, findings: Findings): ReadSkill {
  const problems: string[] = [];
  const front = readFront(skill, findings, problems);
  const isRead = problems.length === 0;
  if (skill.unseen !== null) {
    const { code, message, fix } = unseenReports[skill.unseen];
    problems.push(message);
    findings.add({ code, file: skill.file.path, message, fix });
  }
  const name = front.name ?? (isRead ? nameOf(skill.folder) || 'skills' : null);
  const loads = problems.length === 0;
  const { description, body } = front;
  const listCharacters =
    loads && name ? [...lineOf(name, description ?? '', skill.file.path.slice(skill.root.length + 1))].length : 0;
  const files = skill.files.map(({ path, size, isExecutable }) => ({ path, bytes: size, executable: isExecutable }));
  const preview = { path: skill.file.path, name, description, loads, problems, body, files, listCharacters };
  return { skill, front, preview };
}

function checkNames(skills: readonly ReadSkill[], findings: Findings): void {
  const byName = Map.groupBy(
    skills.filter(({ preview }) => preview.loads),
    ({ preview }) => preview.name ?? '',
  );
  for (const [name, same] of byName) {
    const [first, ...others] = same;
    for (const { preview } of others)
      findings.add({
        code: 'skill-same-name',
        file: preview.path,
        message: `\`${name}\` is also the name of ${first?.preview.path}. Clients list both.`,
        fix: 'Rename one of them.',
      });
  }
}

/** Skills of folders beside each other are never in one list; those of a folder and of the folders above it are. */
function checkList(skills: readonly ReadSkill[], contextIn: ContextIn, findings: Findings): void {
  const projectOf = ({ skill }: ReadSkill) => skill.root.replace(/\/?\.(?:codex|agents)\/skills$/, '');
  const projects = new Set(skills.map(projectOf));
  for (const project of projects) {
    const listed = skills.filter((skill) => {
      const other = projectOf(skill);
      return skill.preview.loads && (other === '' || other === project || project.startsWith(`${other}/`));
    });
    const total = listed.reduce((sum, { preview }) => sum + preview.listCharacters, 0);
    const longest = listed.toSorted((left, right) => right.preview.listCharacters - left.preview.listCharacters)[0];
    const budget = listBudget(contextIn(project));
    if (total <= budget || !longest || !listed.some((skill) => projectOf(skill) === project)) continue;
    findings.add({
      code: 'skill-list-too-long',
      file: longest.preview.path,
      message: `The list of ${listed.length} skills${project === '' ? '' : ` in ${project}`} takes about ${total} characters, and there is room for about ${Math.max(0, budget)}: clients shorten every description until the list fits.`,
      fix: `Shorten descriptions, this one first (${longest.preview.listCharacters} characters).`,
    });
  }
}

/** Skills that will not load, or not as their authors think. */
export function checkSkills(project: Project, contextIn: ContextIn, findings: Findings): SkillPreview[] {
  const skills = findSkills(project).map((skill) => readSkill(skill, findings));
  for (const { skill, front } of skills) {
    checkSkillFiles(project, skill, front, findings);
    checkSkillMetadata(project, skill, findings);
  }
  checkNames(skills, findings);
  checkList(skills, contextIn, findings);
  for (const [root, folders] of project.skillFolders) {
    const first = skills.find(({ skill }) => skill.root === root);
    if (folders <= scanLimits.folders || !first) continue;
    findings.add({
      code: 'skill-too-many-folders',
      file: first.skill.file.path,
      message: `${root} has ${folders} folders; clients stop after ${scanLimits.folders}, so skills may be missing.`,
      fix: 'Move what is no skill to another place.',
    });
  }
  return skills.map(({ preview }) => preview);
}
