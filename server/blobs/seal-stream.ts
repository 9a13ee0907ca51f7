import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What is stored is not what was written: cut short, changed, put in another order, or sealed with another key. */
export class BlobUnreadable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BlobUnreadable';
  }
}

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const algorithm = 'aes-256-gcm';
export const contentKeyBytes = 32;
/** Of plain text in each chunk but the last. */
export const chunkBytes = 64 * 1024;
const tagBytes = 16;
const sealedChunkBytes = chunkBytes + tagBytes;
const prefixBytes = 7;
const mark = Buffer.from('REEVEB1\n');
const headerBytes = mark.length + prefixBytes;
const mostChunks = 2 ** 32;

/**
 * The nonce of a chunk in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption, 2015): a prefix
 * of the file, the chunk's position, and whether it is the last. So no chunk opens at another place, and a cut file has no last one.
 */
function nonceOf(header: Buffer, position: number, { isLast }: { isLast: boolean }): Buffer {
  if (position >= mostChunks) throw new Error('a blob holds at most 256 TiB');
  const nonce = Buffer.alloc(prefixBytes + 5);
  header.copy(nonce, 0, mark.length);
  nonce.writeUInt32BE(position, prefixBytes);
  nonce.writeUInt8(isLast ? 1 : 0, prefixBytes + 4);
  return nonce;
}

/**
 * Pieces of exactly `size` bytes and a last one of 1 to `size`; one empty piece when there is nothing. A piece is held back until it is
 * known whether another follows.
 */
async function* inPieces(content: Bytes, size: number): AsyncGenerator<{ piece: Buffer; isLast: boolean }> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const some of content) {
    held.push(some);
    heldBytes += some.byteLength;
    if (heldBytes <= size) continue;
    let rest = Buffer.concat(held);
    while (rest.length > size) {
      yield { piece: rest.subarray(0, size), isLast: false };
      rest = rest.subarray(size);
    }
    held = [rest];
    heldBytes = rest.length;
  }
  yield { piece: Buffer.concat(held), isLast: true };
}

/** Encrypts with a key that is used for nothing else. */
export async function* sealBytes(content: Bytes, key: Uint8Array): AsyncGenerator<Buffer> {
  const header = Buffer.concat([mark, randomBytes(prefixBytes)]);
  yield header;
  let position = 0;
  for await (const { piece, isLast } of inPieces(content, chunkBytes)) {
    const cipher = createCipheriv(algorithm, key, nonceOf(header, position++, { isLast }));
    cipher.setAAD(header);
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
  }
}

function openChunk(sealed: Buffer, key: Uint8Array, nonce: Buffer, header: Buffer): Buffer {
  if (sealed.length < tagBytes) throw new BlobUnreadable('it was cut short');
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(header);
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decipher.final();
  } catch (cause) {
    throw new BlobUnreadable('it was changed, cut short or sealed with another key', { cause });
  }
  return plain;
}

/** Takes the header off a stream of bytes. */
async function readHeader(content: Bytes): Promise<{ header: Buffer; rest: AsyncGenerator<Uint8Array> }> {
  const source = (async function* () {
    yield* content;
  })();
  let seen = Buffer.alloc(0);
  while (seen.length < headerBytes) {
    const { value, done } = await source.next();
    if (done) throw new BlobUnreadable('it was cut short');
    seen = Buffer.concat([seen, value]);
  }
  const header = seen.subarray(0, headerBytes);
  if (!header.subarray(0, mark.length).equals(mark)) throw new BlobUnreadable('it is no sealed blob');
  const first = seen.subarray(headerBytes);
  const rest = (async function* () {
    try {
      if (first.length > 0) yield first;
      yield* source;
    } finally {
      await source.return(undefined);
    }
  })();
  return { header, rest };
}

/** Yields nothing that was not authenticated. @throws BlobUnreadable, also at the very end, when the last chunk is missing */
export async function* openBytes(sealed: Bytes, key: Uint8Array): AsyncGenerator<Buffer> {
  const { header, rest } = await readHeader(sealed);
  let position = 0;
  for await (const { piece, isLast } of inPieces(rest, sealedChunkBytes)) {
    yield openChunk(piece, key, nonceOf(header, position++, { isLast }), header);
  }
}
