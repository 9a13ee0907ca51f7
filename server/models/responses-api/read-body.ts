import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { visit } from 'jsonc-parser';
import { ReeveError } from '#server/fail.ts';

type Inflate = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflaters: Readonly<Record<string, Inflate>> = {
  zstd: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.zstdDecompress),
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.inflate),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.brotliDecompress),
};

/** The client hung up while it was still sending: there is nobody left to answer. */
export class ClientLeft extends Error {
  constructor() {
    super('the client left');
    this.name = 'ClientLeft';
  }
}

const refuse = (message: string, details: Record<string, unknown> = {}) =>
  new ReeveError('bad-input', details, { message });

const tooLarge = (maxBytes: number) =>
  new ReeveError(
    'body-too-large',
    { maxBytes },
    {
      message: `The request is larger than the ${maxBytes} bytes this gateway accepts. Start a new thread or compact this one.`,
    },
  );

function checkContentType(value: string | undefined): void {
  const [type, ...parameters] = (value ?? '').toLowerCase().split(';');
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='));
  if (type?.trim() !== 'application/json') throw refuse('Send the request as content-type: application/json.');
  if (charset && charset.replaceAll('"', '') !== 'charset=utf-8') throw refuse('Send the JSON in UTF-8.');
}

async function collect(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) reject(tooLarge(maxBytes));
    else chunks.push(chunk);
  });
  incoming.on('end', () => resolve(Buffer.concat(chunks)));
  incoming.on('error', () => reject(new ClientLeft()));
  incoming.on('close', () => reject(new ClientLeft()));
  try {
    return await promise;
  } finally {
    incoming.removeAllListeners('data');
    incoming.pause();
  }
}

async function inflate(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity') return body;
  const inflater = Object.hasOwn(inflaters, encoding) ? inflaters[encoding] : undefined;
  if (!inflater)
    throw refuse(`content-encoding “${encoding.slice(0, 40)}” is not understood; use zstd, gzip, br or none.`);
  try {
    return await inflater(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw refuse(`The request body is not valid ${encoding}.`);
  }
}

function decodeText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw refuse('The request body is not valid UTF-8.');
  }
}

/** Our own words: the engine's message quotes the text around the fault, and prompts must not reach the activity log that way. */
function whereNotJson(text: string): ReeveError {
  let where = { offset: text.length, line: 1, column: 1 };
  let isFound = false;
  visit(
    text,
    {
      onError: (_code, offset, _length, startLine, startCharacter) => {
        if (isFound) return;
        isFound = true;
        where = { offset, line: startLine + 1, column: startCharacter + 1 };
      },
    },
    { disallowComments: true },
  );
  return refuse(`The request body is not valid JSON: line ${where.line}, column ${where.column}.`, where);
}

export interface ReceivedBody {
  text: string;
  json: unknown;
}

/**
 * The JSON a client sent. `maxBytes` holds for what comes over the wire and for what it inflates to.
 * @throws ReeveError bad-input, body-too-large; ClientLeft
 */
export async function readBody(incoming: IncomingMessage, { maxBytes }: { maxBytes: number }): Promise<ReceivedBody> {
  checkContentType(incoming.headers['content-type']);
  const encoding = (incoming.headers['content-encoding'] ?? '').trim().toLowerCase();
  const text = decodeText(await inflate(await collect(incoming, maxBytes), encoding, maxBytes));
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    throw whereNotJson(text);
  }
}
