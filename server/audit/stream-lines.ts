const piece = 64 * 1024;

/** Text as bytes, in pieces that are worth sending; pulled by whoever reads, so that nothing piles up. */
export function streamText(parts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  async function* pieces() {
    const encoder = new TextEncoder();
    let text = '';
    for await (const part of parts) {
      text += part;
      if (text.length < piece) continue;
      yield encoder.encode(text);
      text = '';
    }
    if (text !== '') yield encoder.encode(text);
  }
  return ReadableStream.from(pieces());
}

export async function* asLines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}
