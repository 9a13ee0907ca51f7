import { Command } from 'commander';
import { exitCodes, Refused } from '#server/refused.ts';
import { connect, withConnection } from './connect.ts';
import { type PlanOptions, tellPlan } from './plan-folder.ts';
import { readCheckedFolder } from './read-checked-folder.ts';
import { confirm, githubOption, isInteractive, say, sayJson } from './terminal.ts';

interface ApplyOptions extends PlanOptions {
  message: string;
  delete?: boolean;
  yes?: boolean;
}

async function requireConfirmed({ yes, json }: ApplyOptions): Promise<void> {
  if (yes) return;
  if (json || !isInteractive())
    throw new Refused('Nobody is there to confirm this, so nothing was changed. Add --yes.', {
      exitCode: exitCodes.badConfig,
    });
  if (!(await confirm('Apply this?'))) throw new Refused('Nothing was changed.');
}

/** What was shown is what is applied: anything published in between makes the server refuse. */
async function apply(folder: string, options: ApplyOptions, command: Command): Promise<void> {
  const { json = false, message, delete: deletes = false } = options;
  const read = await readCheckedFolder(folder, options);
  const api = await connect(options, command);
  const plan = json ? await api.policies.set.plan(read.set) : await tellPlan(api, folder, read, options);
  if (plan.problems.length > 0) {
    const words = plan.problems.map((problem) => `\n  ${problem}`).join('');
    throw new Refused(`It cannot be applied, so nothing was changed.${json ? words : ''}`);
  }
  if (!plan.isEmpty) await requireConfirmed(options);
  const applied = await api.policies.set.apply({ ...read.set, expectedRelease: plan.release, message, deletes });
  if (json) sayJson(applied);
  else say(applied.changed ? `Applied: state ${applied.release}.` : `Nothing was changed: state ${applied.release}.`);
}

export const applyCommand = () =>
  withConnection(
    new Command('apply')
      .description('Publish a folder: everything in it or nothing; the same folder again changes nothing')
      .argument('[folder]', 'the policies', 'policies')
      .requiredOption('--message <text>', 'why: kept with every version and in the audit log')
      .option('--delete', 'delete published policies that are not in the folder')
      .option('--yes', 'do not ask; needed where nobody is there to answer')
      .option('--json', 'the outcome as JSON')
      .addOption(githubOption()),
  ).action(apply);
