import type { IncomingMessage } from 'node:http';
import { ReeveError } from '#server/fail.ts';
import { ErrorBody, line } from './wire.ts';

const maxErrorBytes = 64 * 1024;
const errorTimeoutMs = 10_000;

async function readStart(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  const limit = setTimeout(() => answer.destroy(), errorTimeoutMs);
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxErrorBytes) break;
    }
  } catch {
    // What arrived before the break is all there is to tell.
  } finally {
    clearTimeout(limit);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The upstream's own sentence, or null when it sent a page or nothing. */
function wordsIn(text: string, contentType: string): string | null {
  try {
    const { error, detail, message } = ErrorBody.parse(JSON.parse(text));
    return line((typeof error === 'string' ? error : error?.message) ?? detail ?? message, 1000);
  } catch {
    return contentType.startsWith('text/plain') ? line(text.trim(), 1000) : null;
  }
}

/** The request itself is at fault: its sender can do something about it. */
const clientFaults: ReadonlySet<number> = new Set([400, 413, 422]);

function refusalFor(status: number, said: string | null, retryAfter: string | undefined): ReeveError {
  const quoted = said === null ? '' : ` It says: ${said}`;
  const details = { upstreamStatus: status, ...(retryAfter === undefined ? {} : { retryAfter }) };
  const words = (message: string) => ({ message: `${message}${quoted}` });
  // Never passed on as 401 or 403: the client would renew its own sign-in, which is not at fault.
  if (status === 401 || status === 403)
    return new ReeveError(
      'upstream-refused',
      { upstreamStatus: status },
      { message: `The model upstream refused Reeve's key (${status}). A workspace owner sets it under Models.` },
    );
  if (status === 429) return new ReeveError('upstream-limited', details, words('The model upstream limits calls.'));
  if (status === 413)
    return new ReeveError('body-too-large', details, words('The model upstream takes no request this large.'));
  if (clientFaults.has(status))
    return new ReeveError('bad-input', details, { message: said ?? 'The model upstream found the request not valid.' });
  if (status === 404 || (status >= 300 && status < 400))
    return new ReeveError(
      'upstream-refused',
      details,
      words(`The model upstream has no such call or model (${status}). A workspace owner checks it under Models.`),
    );
  if (status === 408 || status === 504)
    return new ReeveError('upstream-timeout', details, words('The model upstream did not answer in time.'));
  return new ReeveError('upstream-refused', details, words(`The model upstream failed (${status}). Try again.`));
}

/** What an upstream's answer other than 2xx means to the person who called. */
export async function upstreamRefusal(answer: IncomingMessage): Promise<ReeveError> {
  const said = wordsIn(await readStart(answer), answer.headers['content-type'] ?? '');
  return refusalFor(answer.statusCode ?? 0, said, answer.headers['retry-after']);
}

/** A web page or an error document with status 200: most often a base URL that leads elsewhere. */
export function notAnAnswer(contentType: string | undefined): ReeveError {
  return new ReeveError(
    'upstream-refused',
    {},
    {
      message: `The model upstream answered with ${line(contentType, 80) ?? 'no content type'} instead of a model's answer. A workspace owner checks its base URL under Models.`,
    },
  );
}
