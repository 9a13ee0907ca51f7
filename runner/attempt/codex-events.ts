import { z } from 'zod';
import type { Line } from '../reeve/report-log.ts';

/**
 * What `codex exec --json` prints, a line each; checked against the pinned clients. Unknown kinds are passed over. Others inside can write
 * to where it prints: what Reeve would not take in an entry is no event.
 */
const Item = z.looseObject({
  id: z.string().max(100),
  type: z.string(),
  text: z.string().optional(),
  message: z.string().optional(),
  command: z.string().optional(),
  aggregated_output: z.string().optional(),
  exit_code: z.int32().nullish(),
  changes: z.array(z.object({ path: z.string(), kind: z.string() })).optional(),
  server: z.string().optional(),
  tool: z.string().optional(),
  query: z.string().optional(),
  items: z.array(z.object({ text: z.string(), completed: z.boolean() })).optional(),
});
type Item = z.infer<typeof Item>;

/** It becomes an argument of the client, and comes from a container: none may look like an option. */
export const ThreadId = z.string().regex(/^[0-9A-Za-z][\w-]{0,99}$/);

const Event = z.looseObject({
  type: z.string(),
  thread_id: z.string().optional(),
  item: Item.optional(),
  message: z.string().optional(),
  error: z.object({ message: z.string() }).nullish(),
});

export interface CodexReader {
  read(line: string): void;
  readonly threadId: string | null;
  /** Its last message. */
  readonly answer: string | null;
  /** The last error it told of; a later try may have worked. */
  readonly error: string | null;
  /** The turn itself failed. */
  readonly hasFailed: boolean;
}

interface ReaderOptions {
  add: (line: Line) => void;
  /** A command or a patch is done: files may have changed. */
  onWork: () => void;
  /** Where the repository is inside, so that paths are shown as the repository has them. */
  folder: string;
}

type Say = (item: Item, stage: 'started' | 'updated' | 'completed') => readonly Line[];

const isOver = (stage: string) => stage === 'completed';
const once =
  (kind: Line['kind'], textOf: (item: Item) => string | undefined): Say =>
  (item, stage) => {
    const text = textOf(item);
    return isOver(stage) && text ? [{ kind, text, item: item.id }] : [];
  };

/** Output grows from one event to the next; only what is new becomes an entry. */
function commandSayer(): Say {
  const shown = new Map<string, number>();
  return (item, stage) => {
    const lines: Line[] = [];
    if (!shown.has(item.id)) lines.push({ kind: 'command', text: item.command ?? '', item: item.id });
    const output = item.aggregated_output ?? '';
    const fresh = output.slice(shown.get(item.id) ?? 0);
    shown.set(item.id, output.length);
    const exitCode = isOver(stage) ? (item.exit_code ?? null) : null;
    if (fresh !== '' || exitCode !== null) lines.push({ kind: 'command-output', text: fresh, item: item.id, exitCode });
    return lines;
  };
}

function sayers(folder: string): Record<string, Say> {
  const relative = (path: string) => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path);
  return {
    agent_message: once('message', ({ text }) => text),
    reasoning: once('reasoning', ({ text }) => text),
    error: once('error', ({ message }) => message),
    mcp_tool_call: once('tool', ({ server, tool }) => `${server ?? ''}/${tool ?? ''}`),
    web_search: once('search', ({ query }) => query),
    file_change: once('file-change', ({ changes = [] }) =>
      JSON.stringify(changes.map(({ path, kind }) => ({ path: relative(path), kind }))),
    ),
    todo_list: ({ id, items = [] }) => {
      const steps = items.map(({ text, completed }) => ({ text, done: completed }));
      return [{ kind: 'plan', text: JSON.stringify(steps), item: id }];
    },
    command_execution: commandSayer(),
  };
}

export function createCodexReader({ add, onWork, folder }: ReaderOptions): CodexReader {
  const say = sayers(folder);
  const known = {
    threadId: null as string | null,
    answer: null as string | null,
    error: null as string | null,
    hasFailed: false,
  };
  const readItem = (item: Item, stage: 'started' | 'updated' | 'completed') => {
    for (const line of say[item.type]?.(item, stage) ?? []) add(line);
    if (isOver(stage) && /^(command_execution|file_change|mcp_tool_call)$/.test(item.type)) onWork();
    if (item.type === 'agent_message' && isOver(stage)) known.answer = item.text ?? known.answer;
  };
  const fail = (message: string) => {
    known.error = message;
    add({ kind: 'error', text: message });
  };
  return {
    get threadId() {
      return known.threadId;
    },
    get answer() {
      return known.answer;
    },
    get error() {
      return known.error;
    },
    get hasFailed() {
      return known.hasFailed;
    },
    read: (line) => {
      const event = parse(line);
      if (event === null) {
        if (line.trim() !== '') add({ kind: 'output', text: line });
        return;
      }
      const { type, item } = event;
      if (type === 'thread.started') known.threadId = ThreadId.safeParse(event.thread_id).data ?? null;
      if (type === 'error') fail(event.message ?? 'The client reported an error.');
      if (type === 'turn.failed') {
        known.hasFailed = true;
        fail(event.error?.message ?? 'The turn failed.');
      }
      const stage = /^item\.(started|updated|completed)$/.exec(type)?.[1] as
        | 'started'
        | 'updated'
        | 'completed'
        | undefined;
      if (item && stage) readItem(item, stage);
    },
  };
}

function parse(line: string): z.infer<typeof Event> | null {
  try {
    return Event.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
