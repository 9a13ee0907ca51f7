import type { Upstream } from '#contract/models.ts';
import { type Actor, record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { deleteUpstreamKey, readUpstream, type StoredUpstream, saveUpstream, saveUpstreamKey } from './queries.ts';
import { upstreamKeyContext } from './upstream-key.ts';

interface UpstreamChange {
  baseUrl: string;
  /** Left out: the stored key stays. Null: no key. */
  apiKey?: string | null | undefined;
}

export const upstreamOf = ({ upstream, key }: StoredUpstream): Upstream => ({
  baseUrl: upstream?.baseUrl ?? null,
  hasApiKey: key !== null,
  apiKeyHint: key?.hint ?? null,
  updatedAt: upstream?.updatedAt.toISOString() ?? null,
});

const refuse = (path: string, message: string) => new ReeveError('bad-input', { path }, { message });

/** @throws ReeveError bad-input, saying what to write instead */
export function checkBaseUrl(text: string): string {
  const url = new URL(text);
  if (url.username || url.password) throw refuse('baseUrl', 'Leave user and password out of the address; use the key.');
  if (url.hash) throw refuse('baseUrl', 'Leave out the part of the address from # on.');
  if (/\/(responses|chat\/completions)\/?$/.test(url.pathname))
    throw refuse('baseUrl', 'Give the base only, for example https://api.openai.com/v1; Reeve appends /responses.');
  return text.replace(/\/+$/, '');
}

/** Null stands for no key. */
export function checkApiKey(text: string | null): string | null {
  const key = text?.trim() ?? '';
  if (key === '') return null;
  if (!/^[\x21-\x7e]+$/.test(key))
    throw refuse('apiKey', 'The key holds a space or a character that no header can carry.');
  return key;
}

const hintOf = (key: string): string => (key.length >= 16 ? `…${key.slice(-4)}` : '…');

/** A stored key goes to the place it was given for and nowhere else: otherwise changing the address would give it away. */
export function isSamePlace(stored: StoredUpstream, baseUrl: string): boolean {
  return stored.upstream !== null && new URL(stored.upstream.baseUrl).origin === new URL(baseUrl).origin;
}

export async function setUpstream(
  { db, clock, secrets }: Pick<Services, 'db' | 'clock' | 'secrets'>,
  { workspaceId, actor, change }: { workspaceId: string; actor: Actor; change: UpstreamChange },
): Promise<Upstream> {
  const baseUrl = checkBaseUrl(change.baseUrl);
  const apiKey = change.apiKey === undefined ? undefined : checkApiKey(change.apiKey);
  const sealed = apiKey ? await secrets.seal(apiKey, upstreamKeyContext(workspaceId)) : null;
  return db.transaction().execute(async (tx) => {
    const at = clock();
    const before = await readUpstream(tx, workspaceId);
    if (apiKey === undefined && before.key && !isSamePlace(before, baseUrl))
      throw refuse('apiKey', 'The address leads to another server. Enter the key for it, or choose no key.');
    await saveUpstream(tx, { workspaceId, baseUrl, at });
    if (apiKey === null) await deleteUpstreamKey(tx, workspaceId);
    if (apiKey && sealed) await saveUpstreamKey(tx, { workspaceId, sealed, hint: hintOf(apiKey), at });
    const after = await readUpstream(tx, workspaceId);
    await record(tx, actor, 'models.upstream-updated', {
      at,
      subject: { kind: 'upstream', id: workspaceId, label: baseUrl },
      before: upstreamOf(before),
      after: upstreamOf(after),
      keyChanged: apiKey !== undefined,
    });
    return upstreamOf(after);
  });
}
