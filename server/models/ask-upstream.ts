import type { Services } from '#server/services.ts';
import { readUpstream } from './queries.ts';
import { upstreamKeyContext } from './upstream-key.ts';

/** What the upstream says when it is asked for its models, with the stored key; no tokens are used. */
export type UpstreamAnswer = { baseUrl: string; hasKey: boolean } & (
  | { status: number; sentAt: Date | null; askedAt: Date; models: number | null }
  | { failed: string }
);

const timeoutMs = 10_000;
const largestAnswerBytes = 4_000_000;

async function countModels(answer: Response): Promise<number | null> {
  const length = Number(answer.headers.get('content-length') ?? 0);
  if (!answer.ok || length > largestAnswerBytes) {
    await answer.body?.cancel();
    return null;
  }
  const body: unknown = await answer.json().catch(() => null);
  return typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data)
    ? body.data.length
    : null;
}

const modelsUrl = (baseUrl: string): URL => {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/models`;
  return url;
};

/** Null: no upstream is set. @throws SecretUnreadable when the stored key does not open */
export async function askUpstream(
  { db, secrets, clock }: Pick<Services, 'db' | 'secrets' | 'clock'>,
  workspaceId: string,
): Promise<UpstreamAnswer | null> {
  const { upstream, key } = await readUpstream(db, workspaceId);
  if (!upstream) return null;
  const asked = { baseUrl: upstream.baseUrl, hasKey: key !== null };
  const apiKey = key && (await secrets.open(key.sealed, upstreamKeyContext(workspaceId)));
  try {
    const answer = await fetch(modelsUrl(upstream.baseUrl), {
      headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {},
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const askedAt = clock();
    const date = answer.headers.get('date');
    return {
      ...asked,
      status: answer.status,
      sentAt: date === null || Number.isNaN(Date.parse(date)) ? null : new Date(date),
      askedAt,
      models: await countModels(answer),
    };
  } catch (error) {
    const { cause, message } = error as Error;
    const code = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
    return { ...asked, failed: code };
  }
}
