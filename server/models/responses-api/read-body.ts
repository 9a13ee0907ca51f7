import type { IncomingMessage } from 'node:http';
import { visit } from 'jsonc-parser';
import { ReeveError } from '#server/fail.ts';
import { receiveBody } from '#server/http/receive-body.ts';

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
  const body = await receiveBody(incoming, {
    maxBytes,
    encodings: ['zstd', 'gzip', 'x-gzip', 'deflate', 'br'],
    tooLarge: () => tooLarge(maxBytes),
    unknownEncoding: (name) => refuse(`content-encoding “${name}” is not understood; use zstd, gzip, br or none.`),
  });
  const text = decodeText(body);
  try {
    return { text, json: JSON.parse(text) };
  } catch {
    throw whereNotJson(text);
  }
}
