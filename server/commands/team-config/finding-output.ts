import { styleText } from 'node:util';
import type { TeamConfigCheck, TeamConfigFinding } from '#contract/team-config-files.ts';

export interface CheckedRepository {
  /** What was checked, for people. */
  shown: string;
  check: TeamConfigCheck;
  /** Of a member or of a file; null: checked by itself. */
  policy: string | null;
}

export const countOf = ({ findings }: TeamConfigCheck) => ({
  errors: findings.filter(({ severity }) => severity === 'error').length,
  warnings: findings.filter(({ severity }) => severity === 'warning').length,
  notes: findings.filter(({ severity }) => severity === 'note').length,
});

const colours = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Colours where somebody looks on; Node itself follows NO_COLOR and FORCE_COLOR. */
type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

export const paintFor =
  (stream: NodeJS.WriteStream | null): Paint =>
  (format, text) =>
    stream?.isTTY === true ? styleText(format, text, { stream }) : text;

const plain = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, '\uFFFD');

function paragraph(finding: TeamConfigFinding, paint: Paint): string[] {
  const { file, line, column, severity, code, message, fix } = finding;
  const place = paint('bold', `${plain(file)}:${line}:${column}`);
  const told = [`${place} ${paint(colours[severity], severity)} ${plain(message)} ${paint('dim', `[${code}]`)}`];
  if (fix !== null) told.push(`  ${paint('dim', '→')} ${plain(fix)}`);
  return told;
}

/** For people: one finding after the other, what to do below each, and the counts. */
export function writeHuman({ shown, check, policy }: CheckedRepository, paint: Paint): string {
  const { errors, warnings, notes } = countOf(check);
  const loading = check.skills.filter(({ loads }) => loads).length;
  const skills = check.skills.length === 0 ? '' : ` ${loading} of ${many(check.skills.length, 'skill')} load.`;
  const under = policy === null ? '' : ` under the policy “${plain(policy)}”`;
  const lines = check.findings.flatMap((finding) => paragraph(finding, paint));
  const counts = `${many(errors, 'error')}, ${many(warnings, 'warning')}, ${many(notes, 'note')}.`;
  const colour = errors > 0 ? 'red' : warnings > 0 ? 'yellow' : 'green';
  return `${[...lines, ...(lines.length > 0 ? [''] : []), `${plain(shown)}${under}: ${paint(colour, counts)}${skills}`].join('\n')}\n`;
}

/** For programs: the same answer as the API gives, with the name of the policy. */
export const writeJson = ({ check, policy }: CheckedRepository): string =>
  `${JSON.stringify({ ...check, policyName: policy, counts: countOf(check) }, null, 2)}\n`;
