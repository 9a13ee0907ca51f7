import { errors } from '#contract/errors.ts';
import type { Judged, RunFacts } from './run-facts.ts';
import { controlMark, offersShell } from './scripted-model.ts';

/** What a stub program prints, so that it is certain that a command ran. */
export const ranMark = 'REEVE-PROOF-RAN';

/** The client itself will not start, or not go on, because the policy does not allow what was asked. */
const policyStops =
  /requirements do not allow|is not in the allowed set|disallowed by requirements|cannot be used because|not allowed by|disabled by requirements/i;

type Said = Pick<RunFacts, 'stdout' | 'stderr'>;

/** Words of the gateway that mean: clients of this version are not let in at all. */
const keptOutWords = [errors['client-too-old'].message, 'cannot carry the workspace policy'];

/** Words of the gateway that mean: this client carries no policy that applies. */
const unboundWords = [
  errors['policy-revision-missing'].message,
  errors['policy-revision-stale'].message,
  ...keptOutWords,
];

/** Words of the gateway that mean: nobody is signed in here whom it knows. */
const strangerWords = (['not-signed-in', 'token-expired', 'token-invalid', 'key-invalid', 'key-expired'] as const).map(
  (code) => errors[code].message,
);

const says = ({ stdout, stderr }: Said, words: readonly string[]): boolean =>
  words.some((one) => `${stdout}${stderr}`.includes(one));

export const isRefusedByGateway = (said: Said): boolean => says(said, unboundWords);

/** Refused as a stranger in the gateway's own words: what the client says of itself, or a bare 401, may come from anywhere. */
export const isRefusedAsStranger = (said: Said): boolean => says(said, strangerWords);

/** The workspace does not let this client version in. */
export const isKeptOut = ({ calls, ...said }: Said & Pick<RunFacts, 'calls'>): boolean =>
  calls.length === 0 && says(said, keptOutWords);

/** A client that is not let in does nothing here, so that nothing of it can be tried. */
export const keptOut = (facts: RunFacts): Judged => ({
  verdict: 'not-tried',
  observed: `The workspace does not let this client in, so there is nothing to try: ${lastWords(facts)}`,
});

/** The last thing a client complained about. */
export function lastWords({ stdout, stderr }: Pick<RunFacts, 'stdout' | 'stderr'>): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const said = lines.findLast((line) => /^(error|ERROR)\b/i.test(line)) ?? lines.at(-1) ?? 'nothing';
  return said.slice(0, 300);
}

/**
 * Judges what a run of the client showed, if it came far enough to show anything: a run that failed by itself proves nothing, and one that
 * the policy kept from starting proves that it held.
 */
export function judgeExec(facts: RunFacts, judge: () => Judged): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  if (facts.calls.length > 0) return judge();
  if (facts.exitCode !== 0 && policyStops.test(facts.stderr))
    return { verdict: 'held', observed: `The client refused to go on: ${lastWords(facts)}` };
  if (isKeptOut(facts)) return keptOut(facts);
  if (isRefusedByGateway(facts))
    return {
      verdict: 'inconclusive',
      observed: `The gateway refused the client, so nothing could be tried: ${lastWords(facts)}`,
    };
  return { verdict: 'inconclusive', observed: `No model call arrived. The client said: ${lastWords(facts)}` };
}

type CommandFate = 'ran' | 'refused' | 'stopped' | 'no-tool' | 'unplayed';

/** What became of a command, told from the output that the client gave the model. */
export function commandFate(output: string | null | undefined): CommandFate {
  if (output == null) return 'unplayed';
  if (output.includes(ranMark)) return 'ran';
  if (/unsupported (custom tool )?call/i.test(output)) return 'no-tool';
  if (/Sandbox\(Denied|Process exited with code|Exit code:/i.test(output)) return 'stopped';
  return /\breject|approval required by policy|approval request failed|policy forbids/i.test(output)
    ? 'refused'
    : 'stopped';
}

const lastLine = (text: string): string => (text.trim().split('\n').at(-1) ?? '').slice(0, 300);

/**
 * Why nothing can be said about the commands of a run; null when a harmless command ran there. Without it, a sandbox that does not start
 * or a tool that is not there would look like a policy that holds.
 */
export function withoutControl({ calls }: Pick<RunFacts, 'calls'>): Judged | null {
  const call = calls.at(-1);
  const control = call?.control;
  if (call === undefined || control == null)
    return { verdict: 'inconclusive', observed: 'The client ended before it came to a harmless command.' };
  if (new RegExp(`(^|\\n|")${controlMark}(\\\\n|\\n|"|$)`).test(control)) return null;
  if (!offersShell(call))
    return { verdict: 'not-tried', observed: 'The client offers the model no tool that runs commands.' };
  if (commandFate(control) === 'refused')
    return { verdict: 'not-tried', observed: `This policy lets not even a harmless command run: ${lastLine(control)}` };
  return { verdict: 'inconclusive', observed: `A harmless command did not run here either: ${lastLine(control)}` };
}

/** Holding back commands is shown only where commands can run. What did happen stays what it is. */
export const withControl = (facts: RunFacts, judged: Judged): Judged =>
  judged.verdict === 'held' ? { ...judged, ...withoutControl(facts) } : judged;

interface TriedCommand {
  command: string;
  output: string | null | undefined;
}

const quoted = (commands: readonly TriedCommand[]) => commands.map(({ command }) => `\`${command}\``).join(', ');

const noTool: Judged = { verdict: 'inconclusive', observed: 'The model called a tool that this client does not have.' };

/**
 * Commands that a rule names as it is written: none of them may run. A sandbox that stops one was not what the rule promised.
 * @param untold why nothing can be said about commands in this run, null when a harmless one ran
 */
export function judgeRuledCommands(commands: readonly TriedCommand[], untold: Judged | null): Judged {
  const by = (fate: CommandFate) => commands.filter(({ output }) => commandFate(output) === fate);
  const [ran, stopped, unplayed] = [by('ran'), by('stopped'), by('unplayed')];
  if (ran.length > 0) return { verdict: 'broken', observed: `These commands ran: ${quoted(ran)}.` };
  if (untold !== null) return untold;
  if (stopped.length > 0)
    return {
      verdict: 'broken',
      observed: `The rule let these start, and something else ended them: ${quoted(stopped)}.`,
    };
  if (unplayed.length > 0)
    return { verdict: 'inconclusive', observed: `The client ended before it came to ${quoted(unplayed)}.` };
  if (by('no-tool').length > 0) return noTool;
  return { verdict: 'held', observed: `Refused: ${quoted(commands)}.` };
}

/**
 * The same program by another way. Rules compare the words a command starts with, and the client claims no more: what gets past
 * is told, because whoever reads “forbidden” may believe otherwise.
 */
export function judgeEvasions(commands: readonly TriedCommand[], untold: Judged | null): Judged {
  const by = (fate: CommandFate) => commands.filter(({ output }) => commandFate(output) === fate);
  const ran = by('ran');
  if (ran.length > 0)
    return {
      verdict: 'not-enforced',
      observed: `Outside what a rule catches, these ran: ${quoted(ran)}. Rules read the first words of a command; only the sandbox holds what is started by another way.`,
    };
  if (untold !== null) return untold;
  if (by('unplayed').length > 0)
    return { verdict: 'inconclusive', observed: `The client ended before it came to ${quoted(by('unplayed'))}.` };
  if (by('no-tool').length > 0) return noTool;
  const stopped = by('stopped');
  const otherwise = stopped.length > 0 ? ` Not by the rule, but otherwise: ${quoted(stopped)}.` : '';
  return { verdict: 'held', observed: `None of these ran: ${quoted(commands)}.${otherwise}` };
}

/** Files that must not be there afterwards, and steps that were to write them. */
export function judgeWrites(facts: RunFacts, forbidden: readonly string[]): Judged {
  return judgeExec(facts, () => {
    const written = forbidden.filter((file) => facts.files[file] != null);
    if (written.length > 0)
      return {
        verdict: 'broken',
        observed: `Written outside what the policy allows: ${written.map(fileName).join(', ')}.`,
      };
    const outputs = facts.calls.at(-1)?.outputs ?? [];
    const unplayed = outputs.filter((output) => output === null).length;
    if (unplayed > 0)
      return { verdict: 'inconclusive', observed: `The client ended before ${unplayed} of ${outputs.length} tries.` };
    return withControl(facts, { verdict: 'held', observed: `Nothing was written: ${shortly(outputs)}` });
  });
}

const fileName = (file: string): string => file.split('/').at(-1) ?? file;

const shortly = (outputs: readonly (string | null)[]): string => {
  const lines = outputs.map((output) => (output ?? '').trim().split('\n').at(-1) ?? '');
  return [...new Set(lines)].join(' | ').slice(0, 400);
};

/** The setting that the client says it works with, which must not be the one that was asked for. */
export function judgeSetting(shown: string | null, asked: string, allowed: readonly string[]): Judged {
  if (shown === null) return { verdict: 'inconclusive', observed: 'The client did not say what it works with.' };
  if (shown === asked || !allowed.includes(shown))
    return {
      verdict: 'broken',
      observed: `The client works with “${shown}”; allowed is ${allowed.join(', ') || 'nothing else'}.`,
    };
  return { verdict: 'held', observed: `The client works with “${shown}” although “${asked}” was asked for.` };
}

/** Approval policies that a policy allows, as clients show them: one that is a table is shown as `granular`. */
export const approvalsIn = (value: unknown): string[] =>
  (Array.isArray(value) ? value : []).flatMap((one: unknown) => {
    if (typeof one === 'string') return one;
    return one !== null && typeof one === 'object' && 'granular' in one ? 'granular' : [];
  });

/** What is true of a constraint that this version does not know, whatever was observed: it is never a pass. */
export function withKnowledge(judged: Judged, unknownBecause: string | null | undefined): Judged {
  if (unknownBecause == null || judged.verdict === 'inconclusive') return judged;
  const because = `${unknownBecause.slice(0, 1).toUpperCase()}${unknownBecause.slice(1).replace(/\.+$/, '')}.`;
  const observed = judged.verdict === 'not-tried' ? because : `${because} Observed: ${judged.observed}`;
  return { ...judged, verdict: 'not-enforced', observed };
}
