import { join } from 'node:path';
import type { PolicySet } from '#contract/policy-set.ts';
import { diagnose } from '#server/policies/index.ts';
import { Refused } from '#server/refused.ts';
import { fileOf } from './folder-format.ts';
import { isError, problemFrom } from './folder-problem.ts';
import { loadFolder } from './load-folder.ts';
import type { PolicyFolder } from './parse-folder.ts';
import { type ProblemOutput, tellProblems } from './terminal.ts';

/** The folder with everything this program itself can say about it, without a server. */
export async function checkFolder(folder: string): Promise<PolicyFolder> {
  const read = await loadFolder(folder);
  const problems = [...read.problems];
  for (const policy of read.set?.policies ?? [])
    for (const diagnostic of diagnose(policy)) {
      const file = fileOf(read.slugs.get(policy.name) ?? '', diagnostic.part);
      problems.push(problemFrom(join(folder, file), diagnostic));
    }
  return { ...read, problems };
}

/** A folder that can be sent. @throws Refused where it has errors; they are told at their places */
export async function readCheckedFolder(
  folder: string,
  output: ProblemOutput,
): Promise<{ set: PolicySet; slugs: PolicyFolder['slugs'] }> {
  const { set, problems, slugs } = await checkFolder(folder);
  const errors = problems.filter(isError);
  tellProblems(errors, output);
  if (set === null || errors.length > 0)
    throw new Refused(`${folder} has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}. Nothing was sent.`);
  return { set, slugs };
}
