import { z } from 'zod';
import type { SeenPrompt } from '#server/models/call-record.ts';
import { line } from './wire.ts';

/** Read by hand: a call carries its whole thread, and only the end of it is new. */
type Item = Readonly<Record<string, unknown>>;

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null;
const itemsOf = (body: unknown): readonly Item[] => {
  const input = isItem(body) ? body.input : undefined;
  if (typeof input === 'string') return [{ role: 'user', content: input }];
  return Array.isArray(input) ? input.filter(isItem) : [];
};

const Parts = z.array(z.looseObject({ type: z.string().optional(), text: z.string().optional() }));

/** What the client adds by itself stands in a user message that opens with a tag or names the file it is from. */
const isContext = (text: string) => /^\s*<[a-z_]+>|^# AGENTS\.md/.test(text);

function readContent(content: unknown): { text: string; images: number } {
  if (typeof content === 'string') return { text: content, images: 0 };
  const parts = Parts.safeParse(content);
  if (!parts.success) return { text: '', images: 0 };
  return {
    text: parts.data.map(({ text }) => text ?? '').join(''),
    images: parts.data.filter(({ type }) => type === 'input_image').length,
  };
}

/** A tool’s output that may say that a rule stopped the call, with what the model had asked for. */
export interface ToolAnswer {
  callId: string;
  name: string | null;
  arguments: string | null;
  output: string;
}

export interface NewInput {
  prompt: SeenPrompt | null;
  toolAnswers: ToolAnswer[];
}

const isOutput = ({ type }: Item) => typeof type === 'string' && type.endsWith('_output');
const isUserMessage = ({ type = 'message', role }: Item) => type === 'message' && role === 'user';
/** Only these words can mean that a rule stopped it; anything else needs no second look. */
const mayBeStopped = (output: string) => /rejected: |approval required by policy/i.test(output.slice(0, 4_000));

const asText = (value: unknown): string | null =>
  typeof value === 'string' ? value : value === undefined || value === null ? null : JSON.stringify(value);

function readToolAnswers(tail: readonly Item[], all: readonly Item[]): ToolAnswer[] {
  return tail.filter(isOutput).flatMap(({ call_id: callId, output }) => {
    const text = readContent(output).text;
    if (typeof callId !== 'string' || !mayBeStopped(text)) return [];
    const asked = all.findLast((item) => item.call_id === callId && !isOutput(item));
    const args = asText(asked?.arguments ?? asked?.input ?? asked?.action);
    return [{ callId: callId.slice(0, 200), name: line(asText(asked?.name)), arguments: args, output: text }];
  });
}

interface Reading {
  turnId: string | null;
  /** False for what a client asks by itself, such as the title of a thread. */
  isPersons: boolean;
  keepsContent: boolean;
}

function readPrompt(tail: readonly Item[], start: number, { turnId, keepsContent }: Reading): SeenPrompt | null {
  const messages = tail
    .map((item, index) => ({ item, index: start + index, ...readContent(item.content) }))
    .filter(({ item, text, images }) => isUserMessage(item) && !isContext(text) && text.length + images > 0);
  const last = messages.at(-1);
  if (!last) return null;
  return {
    key: line(asText(last.item.id)) ?? `${turnId ?? ''}/${last.index}`,
    characters: messages.reduce((sum, { text }) => sum + text.length, 0),
    images: messages.reduce((sum, { images }) => sum + images, 0),
    text: keepsContent ? messages.map(({ text }) => text).join('\n\n') : null,
  };
}

/** What is new in a call: everything after the model’s last own word, because a client sends the whole thread every time. */
export function readNewInput(body: unknown, reading: Reading): NewInput {
  const all = itemsOf(body);
  const start = all.findLastIndex((item) => !isOutput(item) && !isUserMessage(item)) + 1;
  const tail = all.slice(start);
  return {
    prompt: reading.isPersons ? readPrompt(tail, start, reading) : null,
    toolAnswers: readToolAnswers(tail, all),
  };
}
