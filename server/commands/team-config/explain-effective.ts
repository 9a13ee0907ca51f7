import type { DecidedBy, EffectiveConfig, EffectiveSetting } from '#server/team-config/index.ts';

interface Question {
  cwd: string;
  /** One setting was asked for, so everything about it is told. */
  isOne: boolean;
}

const at = (name: string, line: number | null): string => (line === null ? name : `${name}:${line}`);

function whoDecides(decidedBy: DecidedBy): string {
  switch (decidedBy.by) {
    case 'layer':
      return at(decidedBy.name, decidedBy.line);
    case 'policy':
      return `the policy, by ${decidedBy.key} of ${at(decidedBy.source, decidedBy.line)}`;
    case 'client':
      return `the client, because ${decidedBy.because}`;
  }
}

const text = (value: unknown): string => JSON.stringify(value);

function explainSetting({ key, value, decidedBy, ignored, lost }: EffectiveSetting): string[] {
  return [
    `${key} = ${text(value)}`,
    `    from ${whoDecides(decidedBy)}${ignored ? '; the client does not know this key and ignores it' : ''}`,
    ...lost.map((loser) => `    instead of ${text(loser.value)} from ${whoDecides(loser.decidedBy)}`),
  ];
}

function explainRefusals({ refusals }: EffectiveConfig, cwd: string): string[] {
  const reasons = refusals.map(({ message, file, line }) => {
    const place = file === null || message.includes(file) ? '' : ` (${at(file, line)})`;
    return `  ${message}${place}`;
  });
  return [`Codex would not start in ${cwd}:`, ...reasons];
}

function explainTrust({ trust }: EffectiveConfig): string {
  if (trust.level === null)
    return `Nobody decided whether to trust this folder: projects has no entry for ${trust.key}.`;
  return `The folder is ${trust.level} (${trust.key}).`;
}

const titled = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);

/** The whole answer in lines: what the layers are, what holds and why, what the client warns of. */
export function explainEffective(answer: EffectiveConfig, { cwd, isOne }: Question): string[] {
  const { settings, layers, warnings, permissions } = answer;
  if (settings === null || permissions === null) return explainRefusals(answer, cwd);
  if (isOne) return settings.flatMap(explainSetting);
  const places = layers.map(
    ({ name, disabledReason }) =>
      `  ${name}${disabledReason === null ? '' : `\n      does not count: ${disabledReason}`}`,
  );
  const isOwn = ({ decidedBy }: EffectiveSetting) => decidedBy.by === 'client';
  const own = settings.filter(isOwn).length;
  return [
    `Codex starts in ${cwd} with ${permissions.key} = ${text(permissions.value)}.`,
    explainTrust(answer),
    ...titled('Read from, the strongest first:', places),
    ...titled('In effect:', settings.filter((setting) => !isOwn(setting)).flatMap(explainSetting)),
    ...titled(
      'The client will warn:',
      warnings.map((warning) => `  ${warning.replaceAll('\n', '\n  ')}`),
    ),
    ...(own === 0 ? [] : ['', `${own} more values come with the client; --format json has them, --key asks for one.`]),
  ];
}
