import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { type Project, textOf } from '../files/project.ts';
import { fileOfSkill, type SkillFolder } from '../files/skills/find-skills.ts';
import { type Findings, stretchOf } from './findings.ts';

type Tell = (node: Node | null, message: string, fix: string) => void;

const at = (root: unknown, path: readonly string[]): Node | null => {
  const found = isMap(root) ? root.getIn(path, true) : null;
  return isScalar(found) || isMap(found) || isSeq(found) ? found : null;
};

const texts = [
  ['interface', 'display_name'],
  ['interface', 'short_description'],
  ['interface', 'icon_small'],
  ['interface', 'icon_large'],
  ['interface', 'brand_color'],
  ['interface', 'default_prompt'],
] as const;

function checkTypes(root: unknown, tell: Tell): void {
  for (const path of texts) {
    const node = at(root, path);
    if (node && !isScalar(node)) tell(node, `\`${path.join('.')}\` must be text.`, 'Write it in quotes.');
  }
  const implicit = at(root, ['policy', 'allow_implicit_invocation']);
  if (implicit && !(isScalar(implicit) && (typeof implicit.value === 'boolean' || implicit.value === null)))
    tell(implicit, '`policy.allow_implicit_invocation` must be true or false.', 'Write true or false.');
  const tools = at(root, ['dependencies', 'tools']);
  if (!isSeq(tools)) return;
  for (const item of tools.items) {
    const isComplete = isMap(item) && ['type', 'value'].every((key) => typeof item.get(key) === 'string');
    if (!isComplete)
      tell(isMap(item) || isScalar(item) ? item : tools, 'A tool needs `type` and `value`, both text.', 'Add them.');
  }
}

function checkIcons(root: unknown, project: Project, skill: SkillFolder, tell: Tell): void {
  for (const key of ['icon_small', 'icon_large']) {
    const node = at(root, ['interface', key]);
    const name = isScalar(node) && typeof node.value === 'string' ? node.value : null;
    if (name === null) continue;
    const isWithin = /^(?:\.\/)?assets\//.test(name) && !name.split('/').includes('..');
    if (!isWithin)
      tell(node, `\`${key}\` must be a file in \`assets/\` of the skill; it is not shown.`, 'Move the icon.');
    else if (project.has(fileOfSkill(skill, name)) === false)
      tell(node, `\`${key}\` names \`${name}\`, and there is no such file.`, 'Add the file, or correct its name.');
  }
}

/** `agents/openai.yaml`: what is wrong with it never keeps the skill from loading. */
export function checkSkillMetadata(project: Project, skill: SkillFolder, findings: Findings): void {
  const file = skill.files.find(({ path }) => path === `${skill.folder}/agents/openai.yaml`);
  const text = file ? textOf(file) : null;
  if (!file || text === null) return;
  const tell = (from: number, to: number, message: string, fix: string) =>
    findings.add({ code: 'skill-metadata-ignored', file: file.path, at: stretchOf(text, from, to), message, fix });
  const document = parseDocument(text, { uniqueKeys: false });
  const [error] = document.errors;
  if (error) {
    const message = `This is not YAML: ${error.message.split(/ at line \d|\n/)[0]}. Clients ignore the whole file.`;
    tell(error.pos[0], error.pos[1], message, 'Correct it.');
    return;
  }
  const tellNode: Tell = (node, message, fix) => tell(node?.range?.[0] ?? 0, node?.range?.[1] ?? 0, message, fix);
  checkTypes(document.contents, tellNode);
  checkIcons(document.contents, project, skill, tellNode);
}
