import type { Decision } from './rule-set.ts';

/** Programs that run the command behind them; the client judges only their own name. */
const LAUNCHERS: ReadonlySet<string> = new Set(
  'builtin command coproc doas env exec nice nohup setsid stdbuf sudo time timeout watch xargs'.split(' '),
);
const SCRIPT_RUNNERS: ReadonlySet<string> = new Set('ash bash dash ksh sh zsh'.split(' '));

const nameOf = (program: string): string => program.slice(program.lastIndexOf('/') + 1);

/** Every command that could stand behind the options, settings and numbers of a launcher, longest first. */
function commandsBehind(words: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let at = 1; at < words.length; at += 1) found.push(words.slice(at));
  return found;
}

/** The same command without the options between the program and what follows, one word more left out each time. */
function withoutOptions([program = '', ...rest]: readonly string[]): string[][] {
  if (!rest[0]?.startsWith('-')) return [];
  return rest.map((_, at) => [program, ...rest.slice(at + 1)]).filter((words) => words.length > 1);
}

export const isStop = (decision: Decision | null): boolean => decision !== null && decision !== 'allow';

export interface WalkAround {
  /** The command a rule would have stopped. */
  words: string[];
  /** Why the client does not see it. */
  how: string;
}

/**
 * A command that is carried out in a way the rules do not see, or null. `judge` says what the rules have for words;
 * `allCommands` lists the commands of a script, however deep.
 */
export function findWalkAround(
  commands: readonly string[][],
  judge: (words: readonly string[]) => Decision | null,
  allCommands: (script: string) => string[][],
  depth = 0,
): WalkAround | null {
  const isStopped = (words: readonly string[]) => isStop(judge(words));
  for (const words of commands) {
    const [program = '', ...rest] = words;
    const name = nameOf(program);
    if (isStopped(words)) continue;
    if (LAUNCHERS.has(name)) {
      const stopped = commandsBehind(words).find(isStopped);
      if (stopped) return { words: stopped, how: `“${name}” runs it, and a rule compares the first words only` };
    }
    const scriptAt = rest.findIndex((word) => /^-[a-z]*c$/.test(word)) + 1;
    const script = scriptAt > 0 ? rest[scriptAt] : name === 'eval' ? rest.join(' ') : undefined;
    if ((SCRIPT_RUNNERS.has(name) || name === 'eval') && script !== undefined && depth < 4) {
      const inner = allCommands(script);
      const stopped = inner.find(isStopped);
      if (stopped) return { words: stopped, how: `it stands in a script that “${name}” runs` };
      const deeper = findWalkAround(inner, judge, allCommands, depth + 1);
      if (deeper) return deeper;
    }
    const reordered = withoutOptions(words).find(isStopped);
    if (reordered) return { words: reordered, how: 'options stand before the words the rule names' };
  }
  return null;
}
