import { Command } from 'commander';
import { ConfigRefused, readConfig, unknownVariables } from '#server/config.ts';
import { exitCodes } from '#server/refused.ts';
import { askForChecks, titleWidth } from './doctor/ask-for-checks.ts';
import { type Check, type Finding, fine, problem, warning } from './doctor/check.ts';
import { dataChecks } from './doctor/check-data.ts';
import { lookAtKeyFile, machineChecks } from './doctor/check-machine.ts';
import { readFacts } from './doctor/read-facts.ts';

const marks = { ok: 'ok', warning: 'WARNING', problem: 'PROBLEM', unknown: 'unknown' } as const;
const markWidth = 9;
const shortNameWidth = 14;

function print(name: string, finding: Finding, { nameWidth = shortNameWidth } = {}): void {
  const margin = ' '.repeat(markWidth + nameWidth);
  const head = `${marks[finding.outcome].padEnd(markWidth)}${name.padEnd(nameWidth)}`;
  const rest = finding.outcome === 'ok' || finding.next === null ? [] : [`→ ${finding.next}`];
  const lines = [finding.found, ...rest].flatMap((text) => text.split('\n'));
  process.stdout.write(`${head}${lines.join(`\n${margin}`)}\n`);
}

function lookAtSettings(): Finding {
  const unknown = unknownVariables();
  if (unknown.length === 0) return fine('every variable can be read');
  return warning(`unknown: ${unknown.join(', ')}`, 'Compare with docs/generated/configuration.md.');
}

async function* findings(): AsyncGenerator<{ name: string; finding: Finding }> {
  let config: ReturnType<typeof readConfig>;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigRefused)) throw error;
    yield { name: 'settings', finding: problem(error.problems.join('\n'), 'Correct these, then run this again.') };
    return;
  }
  yield { name: 'settings', finding: lookAtSettings() };
  yield { name: 'master key', finding: await lookAtKeyFile(config) };
  const readAt = new Date();
  const facts = await readFacts(config);
  const checks: Check[] = [...machineChecks(config, facts), ...dataChecks(facts, readAt)];
  for (const { name, look } of checks) {
    const finding = await look().catch((error: Error) =>
      problem(`could not be checked (${error.message})`, 'Report this, please.'),
    );
    yield { name, finding };
  }
}

async function doctor(): Promise<void> {
  const outcomes: Finding['outcome'][] = [];
  for await (const { name, finding } of findings()) {
    print(name, finding);
    outcomes.push(finding.outcome);
  }
  for (const { heading, checks } of await askForChecks()) {
    process.stdout.write(`\n${heading}\n`);
    for (const { title, finding } of checks) {
      print(title, finding, { nameWidth: titleWidth });
      outcomes.push(finding.outcome);
    }
  }
  const problems = outcomes.filter((outcome) => outcome === 'problem').length;
  const text =
    problems === 0 ? 'Nothing stands in the way.' : `${problems} ${problems === 1 ? 'problem' : 'problems'} to solve.`;
  process.stdout.write(`\n${text}\n`);
  process.exitCode = problems === 0 ? 0 : exitCodes.failed;
}

export const doctorCommand = () =>
  new Command('doctor')
    .description('Check settings, data, keys, certificate, clock, upstream and port, and say what to do')
    .action(doctor);
