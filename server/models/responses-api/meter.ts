import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { DoneItem, ErrorEvent, FinalEvent, FinalResponse, line, type Usage } from './wire.ts';

/** What a call turned out to be, read along while the answer passes through. */
export interface Metered {
  responseId: string | null;
  usage: Usage | null;
  /** The upstream said that it is done, one way or the other; null while the answer is open. */
  ending: { outcome: 'completed' | 'failed'; message: string | null } | null;
  firstTokenAtMs: number | null;
  answerText: string | null;
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
  recordsContent: boolean;
}

const maxEventCharacters = 16 * 1024 * 1024;
const maxAnswerCharacters = 200_000;
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
  answerText: null,
});

function readFinal(metered: Metered, response: FinalResponse, failed: boolean): void {
  const { id, usage, error, incomplete_details: incomplete } = response;
  metered.responseId = line(id);
  metered.usage = usage ?? null;
  const because = failed ? (error?.message ?? error?.code) : incomplete?.reason && `incomplete: ${incomplete.reason}`;
  metered.ending = { outcome: failed ? 'failed' : 'completed', message: line(because, 1000) };
}

function addItem(metered: Metered, data: unknown): void {
  const read = DoneItem.safeParse(data);
  if (!read.success) return;
  const { type, content, name, arguments: args, input } = read.data.item;
  const text =
    type === 'message' ? content?.map((part) => part.text ?? '').join('') : name && `${name} ${args ?? input ?? ''}`;
  if (!text) return;
  const before = metered.answerText === null ? '' : `${metered.answerText}\n\n`;
  metered.answerText = line(before + text, maxAnswerCharacters);
}

/** The name of an event; a few upstreams leave the `event:` line out and say it in the data only. */
const nameOf = ({ event, data }: EventSourceMessage): string =>
  event ?? /^\s*\{\s*"type"\s*:\s*"([a-z_.]+)"/.exec(data.slice(0, 200))?.[1] ?? '';

function readEvent(metered: Metered, message: EventSourceMessage, { nowMs, recordsContent }: MeterOptions): void {
  const name = nameOf(message);
  if (name.startsWith('response.output_') || name.startsWith('response.reasoning')) metered.firstTokenAtMs ??= nowMs();
  if (recordsContent && name === 'response.output_item.done') addItem(metered, parseJson(message.data));
  if (!finalEvents.has(name)) return;
  const data = parseJson(message.data);
  if (name === 'error') {
    const error = ErrorEvent.safeParse(data);
    metered.ending = { outcome: 'failed', message: line(error.data?.message ?? error.data?.code, 1000) };
    return;
  }
  const final = FinalEvent.safeParse(data);
  if (final.success) readFinal(metered, final.data.response, name === 'response.failed');
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
export function meterJson({ nowMs, recordsContent }: MeterOptions): Meter {
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
      if (final.success) readFinal(metered, final.data, final.data.status === 'failed');
      metered.ending ??= { outcome: 'completed', message: null };
      if (recordsContent) metered.answerText = line(text, maxAnswerCharacters);
    },
  };
}
