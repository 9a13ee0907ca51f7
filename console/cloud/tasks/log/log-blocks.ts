import { z } from 'zod';
import type { LogEntry } from '#contract/task-states.ts';

type Phase = LogEntry['phase'];

interface Shown {
  /** Of its first entry: stays the same while it grows. */
  seq: number;
  at: string;
  phase: Phase;
}

export interface CommandBlock extends Shown {
  kind: 'command';
  command: string;
  output: string;
  /** Null while it runs, or when nobody said how it ended. */
  exitCode: number | null;
  endedAt: string | null;
}

export interface OutputBlock extends Shown {
  kind: 'output';
  text: string;
}

export interface FilesBlock extends Shown {
  kind: 'files';
  files: FileChange[];
}

export interface PlanBlock extends Shown {
  kind: 'plan';
  steps: PlanStep[];
}

export interface TextBlock extends Shown {
  kind: 'message' | 'reasoning' | 'tool' | 'search' | 'error' | 'notice' | 'phase';
  text: string;
}

export type LogBlock = CommandBlock | OutputBlock | FilesBlock | PlanBlock | TextBlock;

const PlanStep = z.object({ text: z.string(), done: z.boolean() });
export type PlanStep = z.infer<typeof PlanStep>;
const FileChange = z.object({ path: z.string(), kind: z.string() });
export type FileChange = z.infer<typeof FileChange>;

/** What cannot be read is left out rather than shown as JSON. */
function readJson<Item>(text: string, schema: z.ZodType<Item>): Item[] {
  try {
    return z.array(schema).safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

function addTo(blocks: LogBlock[], commands: Map<string, CommandBlock>, entry: LogEntry): void {
  const { seq, at, phase, kind, text, item, exitCode } = entry;
  const shown = { seq, at, phase };
  const running = item === null ? undefined : commands.get(item);
  if (kind === 'command' || kind === 'command-output') {
    if (running) {
      running.output += kind === 'command' ? '' : text;
      if (exitCode !== null) Object.assign(running, { exitCode, endedAt: at });
      return;
    }
    const command: CommandBlock = {
      ...shown,
      kind: 'command',
      command: kind === 'command' ? text : '',
      output: kind === 'command' ? '' : text,
      exitCode,
      endedAt: exitCode === null ? null : at,
    };
    blocks.push(command);
    if (item !== null) commands.set(item, command);
    return;
  }
  const last = blocks.at(-1);
  if (kind === 'output' && last?.kind === 'output' && last.phase === phase) last.text += text;
  else if (kind === 'output') blocks.push({ ...shown, kind: 'output', text });
  else if (kind === 'plan') blocks.push({ ...shown, kind: 'plan', steps: readJson(text, PlanStep) });
  else if (kind === 'file-change') blocks.push({ ...shown, kind: 'files', files: readJson(text, FileChange) });
  else blocks.push({ ...shown, kind, text });
}

/** What belongs together as one block: a command with its output, output that was not cut off between. In the order of the log. */
export function logBlocks(entries: readonly LogEntry[]): LogBlock[] {
  const blocks: LogBlock[] = [];
  const commands = new Map<string, CommandBlock>();
  for (const entry of entries) addTo(blocks, commands, entry);
  return blocks;
}

/** The newest plan; null before there is one. */
export function currentPlan(blocks: readonly LogBlock[]): PlanStep[] | null {
  const plan = blocks.findLast((block) => block.kind === 'plan');
  return plan === undefined || plan.steps.length === 0 ? null : plan.steps;
}

export interface PhaseTime {
  phase: Phase;
  startedAt: string;
  /** When the next one began; null for the newest. */
  endedAt: string | null;
}

/** The phases that were entered, with when. */
export function phaseTimes(entries: readonly LogEntry[]): PhaseTime[] {
  const times: PhaseTime[] = [];
  for (const { phase, at } of entries) {
    const last = times.at(-1);
    if (last?.phase === phase || times.some((time) => time.phase === phase)) continue;
    if (last) last.endedAt = at;
    times.push({ phase, startedAt: at, endedAt: null });
  }
  return times;
}

/** "3 files changed", "2 lines"; where a fold says what is in it. */
export const lineCount = (text: string): number => (text === '' ? 0 : text.replace(/\n$/, '').split('\n').length);
