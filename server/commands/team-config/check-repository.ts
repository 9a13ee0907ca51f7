import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { withConnection } from '#server/commands/policies/connect.ts';
import { Refused } from '#server/refused.ts';
import { checkTeamConfig, findRepositoryRoot, type Project, readRepository } from '#server/team-config/index.ts';
import { asBadUse, teamConfigExitCodes } from './exit-codes.ts';
import { choosePolicy, type PolicyChoice } from './fetch-policy.ts';
import { type CheckedRepository, countOf, paintFor, writeHuman, writeJson } from './finding-output.ts';
import { reportUsages } from './report-usages.ts';
import { sarifOf } from './sarif.ts';

interface CheckOptions extends PolicyChoice {
  format: 'human' | 'json' | 'sarif';
  output?: string;
  maxWarnings?: number;
  report?: boolean;
}

interface Checked extends CheckedRepository {
  root: string;
  project: Project;
}

async function folderAt(given: string): Promise<string> {
  const place = path.resolve(given);
  const facts = await stat(place).catch(() => null);
  if (facts?.isDirectory()) return place;
  throw new Refused(`${given} is no folder.`, { exitCode: teamConfigExitCodes.badUse });
}

/** Files that count in the folder that was named: those below it, and what the folders above it give it. */
function concerns(file: string, below: string): boolean {
  if (below === '' || file.startsWith(`${below}/`)) return true;
  const owner = file.replace(/(?:^|\/)(?:\.codex\/.*|\.agents\/.*|[^/]*)$/, '');
  return owner === '' || below === owner || below.startsWith(`${owner}/`);
}

async function check(given: string, options: CheckOptions, command: Command): Promise<Checked> {
  const place = await folderAt(given);
  const root = await findRepositoryRoot(place);
  const chosen = await choosePolicy(options, command);
  const project = await readRepository(root);
  const { findings, skills } = checkTeamConfig(project, { policy: chosen?.documents ?? null });
  const below = path.relative(root, place).split(path.sep).join('/');
  return {
    root,
    project,
    shown: path.relative(process.cwd(), place) || '.',
    policy: chosen?.name ?? null,
    check: {
      findings: findings.filter(({ file }) => concerns(file, below)),
      skills: skills.filter((skill) => concerns(skill.path, below)),
    },
  };
}

function write(checked: Checked, { format, output }: CheckOptions): string {
  if (format === 'json') return writeJson(checked);
  if (format === 'sarif') return `${JSON.stringify(sarifOf(checked), null, 2)}\n`;
  return writeHuman(checked, paintFor(output === undefined ? process.stdout : null));
}

async function run(given: string, options: CheckOptions, command: Command): Promise<void> {
  const checked = await check(given, options, command);
  const text = write(checked, options);
  if (options.output === undefined) process.stdout.write(text);
  else
    await writeFile(options.output, text).catch((cause: NodeJS.ErrnoException) => {
      const message = `--output: cannot write ${options.output} (${cause.code}).`;
      throw new Refused(message, { cause, exitCode: teamConfigExitCodes.badUse });
    });
  const { errors, warnings } = countOf(checked.check);
  if (errors > 0 || warnings > (options.maxWarnings ?? Number.POSITIVE_INFINITY))
    process.exitCode = teamConfigExitCodes.findings;
  if (!options.report) return;
  const { repository, bundles } = await reportUsages(checked, options, command);
  process.stderr.write(`Told Reeve that ${repository} has ${bundles} bundles.\n`);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

export const checkCommand = () =>
  withConnection(
    new Command('check')
      .description('What is wrong with what a repository brings for Codex, by itself and under a policy')
      .argument('[path]', 'a repository, or a folder in one', '.')
      .option('--policy <name>', 'compare with this published policy, by its name')
      .option('--as <email>', 'compare with what the client of this member gets')
      .option('--policy-file <file>', 'compare with a requirements.toml, without a server')
      .addOption(new Option('--format <format>', 'how to answer').choices(['human', 'json', 'sarif']).default('human'))
      .option('--output <file>', 'write the answer there in place of standard output')
      .option('--max-warnings <number>', 'more warnings than this are a failure too', wholeNumber)
      .option('--report', 'tell Reeve which bundles of the library this repository has'),
  ).action((given: string, options: CheckOptions, command: Command) => run(given, options, command).catch(asBadUse));
