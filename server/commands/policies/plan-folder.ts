import { Command } from 'commander';
import type { PolicySetPlan } from '#contract/policy-set.ts';
import type { OwnApi } from '#server/http/own-api-caller.ts';
import { type ConnectionOptions, connect, withConnection } from './connect.ts';
import { policyExitCodes } from './exit-codes.ts';
import { planLines, planProblems } from './print-plan.ts';
import { readCheckedFolder } from './read-checked-folder.ts';
import { githubOption, type ProblemOutput, say, sayJson, tellProblems } from './terminal.ts';

type ReadFolder = Awaited<ReturnType<typeof readCheckedFolder>>;

export interface PlanOptions extends ConnectionOptions, ProblemOutput {
  json?: boolean;
}

/** Plans and tells it: as people read it, or as JSON. */
export async function tellPlan(
  api: OwnApi,
  folder: string,
  { set, slugs }: ReadFolder,
  options: PlanOptions,
): Promise<PolicySetPlan> {
  const plan = await api.policies.set.plan(set);
  tellProblems(planProblems(plan, folder, slugs), options);
  if (options.json) sayJson(plan);
  else say(...planLines(plan));
  return plan;
}

async function plan(folder: string, options: PlanOptions & { exitCode?: boolean }, command: Command): Promise<void> {
  const read = await readCheckedFolder(folder, options);
  const { problems, isEmpty } = await tellPlan(await connect(options, command), folder, read, options);
  if (problems.length > 0) process.exitCode = 1;
  else if (!isEmpty && options.exitCode) process.exitCode = policyExitCodes.differs;
}

export const planCommand = () =>
  withConnection(
    new Command('plan')
      .description('What applying a folder would change, and who would get something else')
      .argument('[folder]', 'the policies', 'policies')
      .option('--json', 'the plan as JSON')
      .option('--exit-code', 'end with 2 when something differs')
      .addOption(githubOption()),
  ).action(plan);
