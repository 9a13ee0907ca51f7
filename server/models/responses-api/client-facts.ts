import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { line, TurnMetadata } from './wire.ts';

/** Who calls, as the client tells it: useful for people who read the activity, never a proof. */
export interface ClientFacts {
  client: string | null;
  clientVersion: string | null;
  threadId: string | null;
  turnId: string | null;
  sessionId: string | null;
  sandboxMode: string | null;
  /** A Codex client prints the body of some refusals as it is, so it gets plain sentences. */
  isCodex: boolean;
  /** A turn of a person, as opposed to what a client asks by itself (a thread’s title, a summary, a helper of the model). */
  isPersons: boolean;
}

const product = /^([A-Za-z0-9][A-Za-z0-9_. -]{0,59})\/(\d[0-9A-Za-z.+-]{0,39})/;
const versionText = /^\d[0-9A-Za-z.+-]{0,39}$/;

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

function turnMetadata(headers: IncomingHttpHeaders): z.infer<typeof TurnMetadata> {
  try {
    const read = TurnMetadata.safeParse(JSON.parse(single(headers['x-codex-turn-metadata']) ?? '{}'));
    return read.success ? read.data : {};
  } catch {
    return {};
  }
}

export function clientFacts(headers: IncomingHttpHeaders): ClientFacts {
  const [, name, version] = product.exec(headers['user-agent'] ?? '') ?? [];
  const originator = single(headers.originator);
  const stated = single(headers.version);
  const turn = turnMetadata(headers);
  return {
    client: line(originator, 60) ?? line(name, 60),
    clientVersion: stated && versionText.test(stated) ? stated : (version ?? null),
    threadId: line(turn.thread_id ?? single(headers['thread-id']) ?? single(headers.conversation_id)),
    turnId: line(turn.turn_id),
    sessionId: line(turn.session_id ?? single(headers['session-id']) ?? single(headers.session_id)),
    sandboxMode: line(turn.sandbox_mode, 60),
    isPersons: (turn.request_kind ?? 'turn') === 'turn' && (turn.thread_source ?? 'user') === 'user',
    isCodex: originator !== undefined || (name ?? '').toLowerCase().startsWith('codex'),
  };
}

/** Clients before 0.128 cannot pin a provider's headers, so they cannot carry the policy revision. */
export function isOldClient({ clientVersion }: Pick<ClientFacts, 'clientVersion'>): boolean {
  const [major, minor] = (clientVersion ?? '').split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(major) || Number.isNaN(minor)) return false;
  return major === 0 && minor < 128;
}
