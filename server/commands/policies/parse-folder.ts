import type { PolicySet, PolicySetTest } from '#contract/policy-set.ts';
import { AssignmentFile, assignmentFile, fileOf, kindOfFile, TestsFile } from './folder-format.ts';
import { type FolderProblem, problemAt } from './folder-problem.ts';
import { readYaml, type YamlReading } from './read-yaml.ts';

export interface PolicyFolder {
  /** Null: see the problems. */
  set: PolicySet | null;
  problems: FolderProblem[];
  /** File name without its ending, by policy name. */
  slugs: ReadonlyMap<string, string>;
}

type Reading = YamlReading<AssignmentFile>;

function* repeated<Item>(items: Iterable<readonly [at: Item, name: string]>): Generator<{ at: Item; name: string }> {
  const seen = new Set<string>();
  for (const [at, name] of items) {
    const key = name.toLowerCase();
    if (seen.has(key)) yield { at, name };
    seen.add(key);
  }
}

/** What each line may be while the whole does not hold together. */
function checkAssignment(
  { policies, order, fallback, baseline }: AssignmentFile,
  { placeOf }: Reading,
  files: ReadonlySet<string>,
) {
  const found: FolderProblem[] = [];
  const say = (path: readonly PropertyKey[], message: string) =>
    found.push(problemAt(assignmentFile, message, placeOf(path)));
  const known = (slug: string) => Object.hasOwn(policies, slug);
  for (const slug of Object.keys(policies))
    if (!files.has(fileOf(slug, 'contents')))
      say(['policies', slug], `There is no ${fileOf(slug, 'contents')} beside this file.`);
  const names = Object.entries(policies).map(([slug, { name }]) => [['policies', slug, 'name'], name] as const);
  for (const { at, name } of repeated(names)) say(at, `Two policies are called “${name}”.`);
  const groups = order.map(({ group }, place) => [['order', place, 'group'], group] as const);
  for (const { at, name } of repeated(groups))
    say(at, `“${name}” stands in the order already; only its first place would count.`);
  for (const [place, { policy }] of order.entries())
    if (!known(policy)) say(['order', place, 'policy'], `“${policy}” is not under policies:.`);
  if (fallback !== null && !known(fallback)) say(['fallback'], `“${fallback}” is not under policies:.`);
  if (baseline !== null && !known(baseline)) say(['baseline'], `“${baseline}” is not under policies:.`);
  return found;
}

/** A file that belongs to no policy is a slip: somebody would believe it is in force. */
function checkFiles(names: Iterable<string>, policies: AssignmentFile['policies']): FolderProblem[] {
  const found: FolderProblem[] = [];
  for (const name of names) {
    const kind = kindOfFile(name);
    if (kind === 'misplaced')
      found.push(problemAt(name, 'This is no file of a policy folder. Rename it or take it out.'));
    else if (kind !== null && kind !== 'assignment' && !Object.hasOwn(policies, kind.slug))
      found.push(
        problemAt(name, `“${kind.slug}” is not under policies: in ${assignmentFile}, so nobody would get this file.`),
      );
  }
  return found;
}

/** Reads a folder from its files. Nothing of the documents themselves is judged here. */
export function parseFolder(files: ReadonlyMap<string, string>): PolicyFolder {
  const written = files.get(assignmentFile);
  if (written === undefined) {
    const message = 'This file is missing: it names the policies and their order.';
    return { set: null, problems: [problemAt(assignmentFile, message)], slugs: new Map() };
  }
  const reading = readYaml(assignmentFile, written, AssignmentFile);
  const { value: assignment, problems } = reading;
  if (assignment === null) return { set: null, problems, slugs: new Map() };
  problems.push(...checkAssignment(assignment, reading, new Set(files.keys())));
  problems.push(...checkFiles(files.keys(), assignment.policies));
  const policies: PolicySet['policies'] = [];
  for (const [slug, facts] of Object.entries(assignment.policies)) {
    let tests: PolicySetTest[] = [];
    const testsText = files.get(fileOf(slug, 'tests'));
    if (testsText !== undefined) {
      const read = readYaml(fileOf(slug, 'tests'), testsText, TestsFile);
      problems.push(...read.problems);
      tests = read.value ?? [];
    }
    const contents = files.get(fileOf(slug, 'contents')) ?? '';
    policies.push({ ...facts, contents, defaults: files.get(fileOf(slug, 'defaults')) ?? '', tests });
  }
  const slugs = new Map(Object.entries(assignment.policies).map(([slug, { name }]) => [name, slug]));
  if (problems.length > 0) return { set: null, problems, slugs };
  const nameOf = (slug: string) => assignment.policies[slug]?.name ?? slug;
  const named = (slug: string | null) => (slug === null ? null : nameOf(slug));
  const order = assignment.order.map(({ group, policy }) => ({ group, policy: nameOf(policy) }));
  const { fallback, baseline } = assignment;
  return {
    set: { policies, assignment: { order, fallback: named(fallback), baseline: named(baseline) } },
    problems,
    slugs,
  };
}
