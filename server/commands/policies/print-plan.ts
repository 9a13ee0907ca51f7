import { join } from 'node:path';
import type { PolicySetPlan } from '#contract/policy-set.ts';
import { fileOf } from './folder-format.ts';
import { type FolderProblem, problemFrom } from './folder-problem.ts';

const marks = { create: '+', update: '~', delete: '-', keep: ' ' } as const;
const orderMarks = { add: '+', remove: '-', move: '^', replace: '~' } as const;
/** An order of thousands of rules is read in the diff, not here. */
const mostRules = 50;

const people = (count: number): string => `${count} ${count === 1 ? 'member' : 'members'}`;
const named = (name: string | null): string => name ?? 'no policy';

function describePolicy({ change, parts }: PolicySetPlan['policies'][number]): string {
  if (change === 'create') return 'new';
  if (change === 'delete') return 'not in the folder; it stays published unless you apply with --delete';
  return parts.join(', ');
}

function describeRule({ change, group, from, to }: PolicySetPlan['order'][number]): string {
  if (change === 'remove') return `${group}: had ${named(from)}`;
  if (change === 'replace') return `${group}: ${named(from)} becomes ${named(to)}`;
  return `${group}: ${named(to)}${change === 'move' ? ', at another place' : ''}`;
}

function describeChange({ kind, from, to, members }: NonNullable<PolicySetPlan['impact']>['changed'][number]): string {
  const what = kind === 'new-version' ? `${named(to)}, in its new version` : `${named(from)} becomes ${named(to)}`;
  return `${people(members)}: ${what}`;
}

function impactLines({ impact }: PolicySetPlan): string[] {
  if (impact === null) return ['Who would get something else is open until the problems are solved.'];
  const { changed, byGroup, elsewhere, unchanged } = impact;
  if (changed.length === 0) return [`Nobody gets another policy; ${people(unchanged)} keep what they have.`];
  const groups = byGroup.map(({ groupName, members }) => `${groupName} (${members})`);
  if (elsewhere > 0) groups.push(`in no group of the order (${elsewhere})`);
  return [
    'Who gets something else:',
    ...changed.map((change) => `  ${describeChange(change)}`),
    `  By group: ${groups.join(', ')}`,
    `${people(unchanged)} keep what they have.`,
  ];
}

/** A plan for people, a line each. */
export function planLines(plan: PolicySetPlan): string[] {
  const { policies, order, fallback, baseline, problems, release } = plan;
  if (plan.isEmpty) return [`Nothing to change: what is published (state ${release}) is what the folder says.`];
  const lines = [`Against what is published now (state ${release}):`];
  for (const policy of policies)
    if (policy.change !== 'keep') lines.push(`  ${marks[policy.change]} ${policy.name} (${describePolicy(policy)})`);
  if (order.length > 0) lines.push('Order:');
  for (const rule of order.slice(0, mostRules)) lines.push(`  ${orderMarks[rule.change]} ${describeRule(rule)}`);
  if (order.length > mostRules) lines.push(`  and ${order.length - mostRules} more`);
  if (fallback) lines.push(`Fallback: ${named(fallback.from)} becomes ${named(fallback.to)}`);
  if (baseline) lines.push(`Baseline: ${named(baseline.from)} becomes ${named(baseline.to)}`);
  if (policies.some(({ change }) => change === 'create') && policies.some(({ change }) => change === 'delete'))
    lines.push('A policy under another name is a new one: versions and drafts stay with the old name.');
  lines.push(...impactLines(plan));
  if (problems.length > 0) lines.push('It cannot be applied:', ...problems.map((problem) => `  ${problem}`));
  return lines;
}

/** What the server says of the documents, at the place in the folder's files. */
export const planProblems = (
  plan: PolicySetPlan,
  folder: string,
  slugs: ReadonlyMap<string, string>,
): FolderProblem[] =>
  plan.policies.flatMap(({ name, diagnostics }) =>
    diagnostics.map((diagnostic) =>
      problemFrom(join(folder, fileOf(slugs.get(name) ?? name, diagnostic.part)), diagnostic),
    ),
  );
