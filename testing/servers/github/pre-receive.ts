import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A program: what the simulator's repositories run before they take a push. It refuses with GitHub's words. */

/** In the variable SIMULATOR_RULES, as JSON. */
export interface PushRules {
  protections: { pattern: string; requiresPullRequest: boolean; isLocked: boolean }[];
  mayChangeWorkflows: boolean;
  isArchived: boolean;
}

const nothing = /^0+$/;
const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' });

const matches = (pattern: string, branch: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*')}$`).test(branch);

function protectedProblem(rules: PushRules, reference: string): string[] | null {
  const branch = reference.replace(/^refs\/heads\//, '');
  const rule = rules.protections.find(({ pattern }) => matches(pattern, branch));
  if (!rule || (!rule.requiresPullRequest && !rule.isLocked)) return null;
  const why = rule.requiresPullRequest
    ? 'error: Changes must be made through a pull request.'
    : `error: You're not authorized to push to this branch. Visit the branch protection documentation for more information.`;
  return [`error: GH006: Protected branch update failed for ${reference}.`, why];
}

/** Compared with where it was, or with every branch there is. */
function changedWorkflow(before: string, after: string): string | null {
  if (nothing.test(after)) return null;
  const commits = git('rev-list', after, ...(nothing.test(before) ? ['--not', '--all'] : [`^${before}`]));
  for (const commit of commits.split('\n').filter(Boolean)) {
    const listed = git('diff-tree', '--root', '-r', '--no-commit-id', '--name-only', commit, '--', '.github/workflows');
    const [first] = listed.split('\n').filter(Boolean);
    if (first) return first;
  }
  return null;
}

function problemOf(rules: PushRules, line: string): string[] | null {
  const [before = '', after = '', reference = ''] = line.split(' ');
  if (rules.isArchived) return ['error: This repository was archived so it is read-only.'];
  if (!reference.startsWith('refs/heads/') && !reference.startsWith('refs/tags/'))
    return [`error: ${reference} is a hidden reference`];
  const workflow = rules.mayChangeWorkflows ? null : changedWorkflow(before, after);
  if (workflow !== null)
    return [
      `refusing to allow a GitHub App to create or update workflow \`${workflow}\` without \`workflows\` permission`,
    ];
  return protectedProblem(rules, reference);
}

const rules = JSON.parse(process.env.SIMULATOR_RULES ?? 'null') as PushRules | null;
if (rules !== null) {
  const problems = readFileSync(0, 'utf8')
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => problemOf(rules, line) ?? []);
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
