import {
  type CommandRule,
  findShadowedRules,
  parseRulesFile,
  type RulesFile,
  type ShadowKind,
} from '#server/policies/index.ts';
import { chainOf, folderOf, nameOf, type Project, type ProjectFile, textOf } from '../files/project.ts';
import { type Findings, stretchOf, stretchOfLine } from './findings.ts';

export interface ReadRules {
  path: string;
  /** Of the folder that holds `.codex`. */
  folder: string;
  text: string;
  rules: RulesFile;
}

const shadowFixes: Readonly<Record<ShadowKind, string>> = {
  'never-matches': 'Correct the words, or remove the rule.',
  'needs-quotes': 'Give each word an entry of its own.',
  duplicate: 'Remove one of them.',
  covered: 'Remove it.',
  'weakened-by-path': 'Write a rule for the name, and as strict.',
  'catches-whole-lines': 'Keep it only when that is meant.',
  'walked-around': 'Limit the sandbox or the network as well.',
};

const noRuleApplies = 'Clients apply no custom rule at all while it is there.';

/** Every rule is compared with the words of every other one: so many words in all, about a second. A thousand rules of two words fit. */
const mostComparisons = 2_000_000;

const wordsIn = (rules: readonly CommandRule[]): number =>
  rules.reduce((sum, { pattern }) => sum + pattern.reduce((words, choices) => words + choices.length, 0), 0);

function checkPaths({ path, text, rules }: ReadRules, exists: (place: string) => boolean, findings: Findings): void {
  for (const [name, paths] of rules.hostExecutables)
    for (const place of paths) {
      if (exists(place)) continue;
      const from = Math.max(0, text.indexOf(place));
      findings.add({
        code: 'host-path-missing',
        file: path,
        at: stretchOf(text, from, from + place.length),
        message: `There is no ${place} on this machine. Rules for \`${name}\` count only for the paths that are listed.`,
        fix: 'Check the path; other machines may have it.',
      });
    }
}

function readRules(project: Project, file: ProjectFile, findings: Findings): ReadRules | null {
  const { path } = file;
  const text = textOf(file);
  if (text === null) {
    findings.add({ code: 'unreadable-file', file: path, message: 'This is not UTF-8 text.', fix: 'Save it as UTF-8.' });
    return null;
  }
  const { file: rules, problem } = parseRulesFile(path, text);
  if (problem) {
    const isRefused = problem.kind === 'refused';
    findings.add({
      code: isRefused ? 'rules-refused' : 'rules-not-understood',
      file: path,
      at: problem,
      message: isRefused
        ? `Clients refuse this file: ${problem.message} ${noRuleApplies}`
        : `Reeve does not run rules files and says nothing about this one: ${problem.message}`,
      fix: isRefused ? 'Correct it.' : 'Write calls with literal arguments, or test it with `codex execpolicy check`.',
    });
    return null;
  }
  const folder = folderOf(folderOf(folderOf(path)));
  const read = { path, folder, text, rules };
  if (project.existsHere) checkPaths(read, project.existsHere, findings);
  return read;
}

/** What is left undone because there is too much of it is said. */
export function tellTooMany(file: string, rules: number, findings: Findings): void {
  findings.add({
    code: 'too-many-rules',
    file,
    message: `${rules} rules count in this folder, too many to compare each with all others, so some were not looked at.`,
    fix: 'Write fewer rules: one for a program covers what begins with it.',
  });
}

function checkShadows(files: readonly ReadRules[], findings: Findings): void {
  const ruleOf = ({ pattern, decision, justification, isCanonical }: CommandRule) => ({
    pattern,
    decision,
    isCanonical,
    ...(justification !== null && { justification }),
  });
  const placeOf = (rule: CommandRule | undefined) => `${rule?.file?.name}:${rule?.file?.line}`;
  let comparisons = 0;
  for (const folder of new Set(files.map((file) => file.folder))) {
    const chain = chainOf(folder);
    const rules = files.filter((file) => chain.includes(file.folder)).flatMap((file) => file.rules.rules);
    const more = rules.length * wordsIn(rules);
    if (comparisons + more > mostComparisons) {
      tellTooMany(files.find((file) => file.folder === folder)?.path ?? '', rules.length, findings);
      continue;
    }
    comparisons += more;
    for (const { kind, ruleIndex, otherIndex, message } of findShadowedRules(rules.map(ruleOf))) {
      const rule = rules[ruleIndex];
      const file = files.find(({ path }) => path === rule?.file?.name);
      // What a folder above already has is said once, there.
      if (!rule?.file || file?.folder !== folder) continue;
      const other = otherIndex === undefined ? '' : ` (${placeOf(rules[otherIndex])})`;
      findings.add({
        code: `rule-${kind}`,
        file: file.path,
        at: stretchOfLine(file.text, rule.file.line),
        message: `${message}${other}`,
        fix: shadowFixes[kind],
      });
    }
  }
}

const isRulesFile = (path: string): boolean => /(?:^|\/)\.codex\/rules\/[^/]+\.rules$/.test(path);
const isNearly = (path: string): boolean => /(?:^|\/)\.codex\/rules\/.*\.rules$/i.test(path);

/** `.codex/rules/*.rules`: what clients refuse, and rules that never match or change nothing. */
export function checkRules(project: Project, findings: Findings): ReadRules[] {
  const paths = [...project.files.keys()].sort();
  for (const path of paths.filter((each) => isNearly(each) && !isRulesFile(each)))
    findings.add({
      code: 'rules-not-read',
      file: path,
      message: `No client reads ${nameOf(path)} here: rules are files that end with \`.rules\`, directly in \`.codex/rules/\`.`,
      fix: 'Move or rename it.',
    });
  const files = paths
    .filter(isRulesFile)
    .map((path) => project.files.get(path))
    .flatMap((file) => (file ? [readRules(project, file, findings)] : []))
    .filter((file) => file !== null);
  checkShadows(files, findings);
  return files;
}
