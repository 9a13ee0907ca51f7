import type { z } from 'zod';
import { ReeveError } from '#server/fail.ts';
import { receiveBody } from '#server/http/receive-body.ts';
import type { WireCall } from '#server/http/wire-routes.ts';

const mb = 1024 * 1024;
/** Five hundred lines at their longest, as JSON with everything escaped, stay below. */
const maxJsonBytes = 64 * mb;
export const maxDiffBytes = 32 * mb;
export const maxSessionBytes = 512 * mb;

const tooLarge = () => new ReeveError('body-too-large');
const unknownEncoding = (encoding: string) => new ReeveError('media-type-not-supported', { encoding });

const receive = ({ c }: WireCall, maxBytes: number): Promise<Buffer> =>
  receiveBody(c.env.incoming, { maxBytes, encodings: ['gzip', 'zstd'], tooLarge, unknownEncoding });

/** @throws ReeveError bad-input, body-too-large, media-type-not-supported */
export async function readJson(call: WireCall, maxBytes = maxJsonBytes): Promise<unknown> {
  const text = (await receive(call, maxBytes)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReeveError('bad-input', {}, { message: 'The message is no JSON.', cause });
  }
}

/** A message as its schema has it. @throws ReeveError bad-input */
export function checkMessage<Schema extends z.ZodType>(json: unknown, schema: Schema): z.output<Schema> {
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const issues = read.error.issues.slice(0, 5).map(({ path, message }) => ({ path, message }));
  throw new ReeveError(
    'bad-input',
    { issues },
    { message: `The message is not understood: ${JSON.stringify(issues)}` },
  );
}

export const readMessage = async <Schema extends z.ZodType>(
  call: WireCall,
  schema: Schema,
): Promise<z.output<Schema>> => checkMessage(await readJson(call), schema);

export const readDiffText = async (call: WireCall): Promise<string> =>
  (await receive(call, maxDiffBytes)).toString('utf8');

/** A body that is passed on as it comes. @throws ReeveError body-too-large, while it is read */
export async function* streamBody({ c }: WireCall, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of c.env.incoming as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    yield chunk;
  }
}
