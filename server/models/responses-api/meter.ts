import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { SuggestedTool } from '#server/models/call-record.ts';
import { type AnswerItem, DoneItem, ErrorEvent, FinalEvent, FinalResponse, line, type Usage } from './wire.ts';

/** What a call turned out to be, read along while the answer passes through. */
export interface Metered {
  responseId: string | null;
  usage: Usage | null;
  /** The upstream said that it is done, one way or the other; null while the answer is open. */
  ending: { outcome: 'completed' | 'failed'; message: string | null } | null;
  firstTokenAtMs: number | null;
  /** Of the messages of the answer. */
  answerCharacters: number;
  /** Null unless content is kept. */
  answerText: string | null;
  tools: SuggestedTool[];
}

export interface Meter {
  feed(chunk: Buffer): void;
  /** The answer is whole. */
  end(): void;
  readonly metered: Readonly<Metered>;
}

interface MeterOptions {
  /** Monotonic, in milliseconds. */
  nowMs: () => number;
  keepsContent: boolean;
}

const maxEventCharacters = 16 * 1024 * 1024;
const maxAnswerCharacters = 200_000;
const maxTools = 200;
const finalEvents = new Set(['response.completed', 'response.incomplete', 'response.failed', 'error']);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const nothingYet = (): Metered => ({
  responseId: null,
  usage: null,
  ending: null,
  firstTokenAtMs: null,
  answerCharacters: 0,
  answerText: null,
  tools: [],
});

function addItem(metered: Metered, item: AnswerItem, keepsContent: boolean): void {
  const { type, content, name, arguments: args, input } = item;
  if (type === 'message') {
    const text = content?.map((part) => part.text ?? '').join('') ?? '';
    metered.answerCharacters += text.length;
    const before = metered.answerText === null ? '' : `${metered.answerText}\n\n`;
    if (keepsContent && text) metered.answerText = line(before + text, maxAnswerCharacters);
  }
  if (!type.endsWith('_call') || metered.tools.length >= maxTools) return;
  const text = args ?? input ?? '';
  metered.tools.push({
    callId: line(item.call_id ?? item.id),
    name: line(name) ?? type.slice(0, 100).replace(/_call$/, ''),
    type: type.slice(0, 100),
    characters: text.length,
    arguments: keepsContent ? line(text, maxAnswerCharacters) : null,
  });
}

function readFinal(metered: Metered, response: FinalResponse, failed: boolean, keepsContent: boolean): void {
  const { id, usage, error, incomplete_details: incomplete, output } = response;
  metered.responseId = line(id);
  metered.usage = usage ?? null;
  const because = failed ? (error?.message ?? error?.code) : incomplete?.reason && `incomplete: ${incomplete.reason}`;
  metered.ending = { outcome: failed ? 'failed' : 'completed', message: line(because, 1000) };
  // Streams say each item as it is done; without them it is here.
  const isUnseen = metered.answerCharacters === 0 && metered.tools.length === 0;
  for (const item of isUnseen ? (output ?? []) : []) addItem(metered, item, keepsContent);
}

/** The name of an event; a few upstreams leave the `event:` line out and say it in the data only. */
const nameOf = ({ event, data }: EventSourceMessage): string =>
  event ?? /^\s*\{\s*"type"\s*:\s*"([a-z_.]+)"/.exec(data.slice(0, 200))?.[1] ?? '';

function readEvent(metered: Metered, message: EventSourceMessage, { nowMs, keepsContent }: MeterOptions): void {
  const name = nameOf(message);
  if (name.startsWith('response.output_') || name.startsWith('response.reasoning')) metered.firstTokenAtMs ??= nowMs();
  if (name === 'response.output_item.done') {
    const done = DoneItem.safeParse(parseJson(message.data));
    if (done.success) addItem(metered, done.data.item, keepsContent);
  }
  if (!finalEvents.has(name)) return;
  const data = parseJson(message.data);
  if (name === 'error') {
    const error = ErrorEvent.safeParse(data);
    metered.ending = { outcome: 'failed', message: line(error.data?.message ?? error.data?.code, 1000) };
    return;
  }
  const final = FinalEvent.safeParse(data);
  if (final.success) readFinal(metered, final.data.response, name === 'response.failed', keepsContent);
}

/** Reads along with a stream of events. A stream that cannot be followed any more still passes through, unmetered. */
export function meterEvents(options: MeterOptions): Meter {
  const metered = nothingYet();
  const decoder = new StringDecoder('utf8');
  let isLost = false;
  const parser = createParser({
    maxBufferSize: maxEventCharacters,
    onEvent: (message) => readEvent(metered, message, options),
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      isLost = true;
      metered.ending ??= { outcome: 'completed', message: 'An event of the answer was too large to be read along.' };
    },
  });
  return {
    metered,
    feed: (chunk) => {
      if (!isLost) parser.feed(decoder.write(chunk));
    },
    end: () => {
      if (!isLost) parser.reset({ consume: true });
    },
  };
}

/** Reads a whole answer in JSON, as calls with `stream: false` get it. */
export function meterJson({ nowMs, keepsContent }: MeterOptions): Meter {
  const metered = nothingYet();
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    metered,
    feed: (chunk) => {
      metered.firstTokenAtMs ??= nowMs();
      size += chunk.length;
      if (size <= maxEventCharacters) chunks.push(chunk);
      else chunks = [];
    },
    end: () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const final = FinalResponse.safeParse(parseJson(text));
      if (final.success) readFinal(metered, final.data, final.data.status === 'failed', keepsContent);
      metered.ending ??= { outcome: 'completed', message: null };
    },
  };
}
