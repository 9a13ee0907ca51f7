import { guardedFetch } from '#server/http/guarded-fetch.ts';
import { DeliveryFailed, networkProblem } from './delivery-failed.ts';

const longestRetryAfterMs = 3_600_000;

/** Seconds or a date (RFC 9110 §10.2.3), at most an hour. */
function retryAfterMs(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestRetryAfterMs) : null;
}

function problemOf(status: number): string {
  if (status === 401 || status === 403) return `It refused the credentials (HTTP ${status}).`;
  if (status === 404 || status === 410) return `There is nothing at that path (HTTP ${status}).`;
  if (status === 413) return 'A single record is larger than it takes (HTTP 413).';
  if (status === 429) return 'It asks for fewer requests (HTTP 429).';
  if (status >= 300 && status < 400) return `It answered with a redirect (HTTP ${status}), which is not followed.`;
  return `It answered with HTTP ${status}.`;
}

export interface PostOptions {
  headers: Record<string, string>;
  body: string;
  authorityPem: string | null;
  now: Date;
  signal?: AbortSignal;
}

/** Posts JSON and takes any 2xx as delivered. @throws DeliveryFailed */
export async function postBatch(
  url: string,
  { headers, body, authorityPem, now, signal }: PostOptions,
): Promise<Response> {
  const answer = await guardedFetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'Reeve' },
    body,
    authorityPem,
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    throw networkProblem(error);
  });
  if (answer.ok) return answer;
  throw new DeliveryFailed(problemOf(answer.status), {
    retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now),
    isTooLarge: answer.status === 413,
  });
}
