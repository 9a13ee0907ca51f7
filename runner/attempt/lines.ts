import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

// A program that never ends a line does not fill our memory.
const longestLine = 256 * 1024;

/** Calls `take` for every line of a stream, the last one too; what has no line end for long comes in pieces. */
export async function eachLine(stream: Readable, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (rest.length > longestLine) {
      take(rest);
      rest = '';
    }
  }
  rest += decoder.end();
  if (rest !== '') take(rest);
}

/** Gathers lines that come close together into one, so that a build’s output is not a row for each line. */
export function gatherLines(add: (text: string) => void, { mostBytes = 8_192, waitMs = 200 } = {}) {
  let text = '';
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (text !== '') add(text);
    text = '';
  };
  return {
    take: (line: string) => {
      text += `${line}\n`;
      if (text.length >= mostBytes) flush();
      else timer ??= setTimeout(flush, waitMs);
    },
    flush,
  };
}
