import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { ReeveError } from '#server/fail.ts';

type Inflate = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const gunzip: Inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.gunzip);
const inflaters = {
  zstd: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.zstdDecompress),
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.inflate),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(zlib.brotliDecompress),
} satisfies Record<string, Inflate>;

export type BodyEncoding = keyof typeof inflaters;

/** The client hung up while it was still sending: there is nobody left to answer. */
export class ClientLeft extends Error {
  constructor() {
    super('the client left');
    this.name = 'ClientLeft';
  }
}

export interface ReceiveOptions {
  /** Holds for what comes over the wire and for what it inflates to. */
  maxBytes: number;
  encodings: readonly BodyEncoding[];
  tooLarge: () => ReeveError;
  unknownEncoding: (encoding: string) => ReeveError;
}

async function collect(incoming: IncomingMessage, { maxBytes, tooLarge }: ReceiveOptions): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  // Nothing would be told of it any more.
  if (incoming.destroyed) throw new ClientLeft();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) reject(tooLarge());
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

/**
 * The body of a request, inflated.
 * @throws ReeveError bad-input, and what the options say; ClientLeft
 */
export async function receiveBody(incoming: IncomingMessage, options: ReceiveOptions): Promise<Buffer> {
  const encoding = (incoming.headers['content-encoding'] ?? '').trim().toLowerCase();
  const known = options.encodings.find((name) => name === encoding);
  if (known === undefined && encoding !== '' && encoding !== 'identity')
    throw options.unknownEncoding(encoding.slice(0, 40));
  const body = await collect(incoming, options);
  if (known === undefined) return body;
  try {
    return await inflaters[known](body, { maxOutputLength: options.maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw options.tooLarge();
    throw new ReeveError('bad-input', {}, { message: `The request body is not valid ${encoding}.` });
  }
}
