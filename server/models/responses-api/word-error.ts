import { localOffMessage } from '#contract/errors.ts';
import type { ReeveError } from '#server/fail.ts';

/** Refusals of the person, not of the call: the client shows the vendor's sentence for them, whatever the reason inside. */
const refusesThePerson: ReadonlySet<string> = new Set(['local-off', 'not-permitted', 'member-suspended']);

/** The words a client shows for this refusal. */
export const publicWords = (error: ReeveError): string =>
  refusesThePerson.has(error.code) ? localOffMessage : error.message;

const retryAfter = ({ details }: ReeveError): Record<string, string> =>
  typeof details.retryAfter === 'string' ? { 'retry-after': details.retryAfter } : {};

/**
 * Codex prints `error.message` of a JSON body, except with 400, where it prints the whole body: there it gets the bare sentence.
 * Clients of the API itself always get the API's JSON.
 */
export function wordError(error: ReeveError, { isCodex }: { isCodex: boolean }): Response {
  const message = publicWords(error);
  const headers = { 'cache-control': 'no-store', ...retryAfter(error) };
  if (refusesThePerson.has(error.code) || (isCodex && error.status === 400))
    return new Response(message, {
      status: error.status,
      headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    });
  const kind = error.status < 500 ? 'invalid_request_error' : 'server_error';
  return Response.json({ error: { message, type: kind, code: error.code } }, { status: error.status, headers });
}

/**
 * The event that ends a stream whose headers are out already. With `invalid_prompt` the client shows the bare sentence and stops;
 * any other code makes it try again if its settings allow.
 */
export function failedEvent(error: ReeveError, responseId: string | null): string {
  const code = refusesThePerson.has(error.code) ? 'invalid_prompt' : error.code;
  const data = {
    type: 'response.failed',
    response: {
      id: responseId ?? 'resp_reeve',
      object: 'response',
      status: 'failed',
      error: { code, message: publicWords(error) },
    },
  };
  // The blank line ends whatever event the upstream left half-written.
  return `\n\nevent: response.failed\ndata: ${JSON.stringify(data)}\n\n`;
}
