import { AsyncLocalStorage } from 'node:async_hooks';
import { type AuditEvent, type AuditEventName, auditEvents } from '#contract/audit-events.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { sealContent } from './chain/sealed-content.ts';

/** Who did it. `label` is kept as it was, so that the entry stays readable after the person is gone. */
export interface Actor {
  kind: 'member' | 'key' | 'client' | 'system' | 'anonymous';
  id: string | null;
  label: string;
  workspaceId: string | null;
  ip: string | null;
}

export const systemActor = (label: string, workspaceId: string | null = null): Actor => ({
  kind: 'system',
  id: null,
  label,
  workspaceId,
  ip: null,
});

export interface AuditSubject {
  kind: string;
  id: string;
  label: string;
}

const recordedHere = new AsyncLocalStorage<Set<AuditEventName>>();

/** Runs a handler and returns which events it recorded; the endpoint wrapper compares them with the contract. */
export async function watchRecords<Result>(
  run: () => Promise<Result>,
): Promise<{ result: Result; recorded: ReadonlySet<AuditEventName> }> {
  const recorded = new Set<AuditEventName>();
  const result = await recordedHere.run(recorded, run);
  return { result, recorded };
}

function hideSecrets(event: AuditEventName, payload: Record<string, unknown>): Record<string, unknown> {
  const secret = new Set((auditEvents[event] as AuditEvent).secret ?? []);
  if (secret.size === 0) return payload;
  const hide = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hide);
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, secret.has(key) ? '(hidden)' : hide(inner)]),
    );
  };
  return hide(payload) as Record<string, unknown>;
}

export interface AuditEntry extends Record<string, unknown> {
  subject?: AuditSubject;
  at: Date;
}

/** NUL is no text to PostgreSQL, nor is half of a surrogate pair; what is stored has to be what is sealed. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '');

/** As it comes back from the database: no dates, nothing undefined. */
const asStored = (payload: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(payload, (_key, value) => (typeof value === 'string' ? storable(value) : value)));

function rowOf(id: string, actor: Actor, event: AuditEventName, { subject, at, ...rest }: AuditEntry) {
  const payload = asStored(hideSecrets(event, rest));
  const label = storable(actor.label);
  const about = subject ? { kind: subject.kind, id: subject.id, label: storable(subject.label) } : null;
  const seal = sealContent({
    id,
    at: at.toISOString(),
    event,
    actor: { kind: actor.kind, id: actor.id, label },
    subject: about,
    ip: actor.ip,
    payload,
  });
  return {
    id,
    workspace_id: actor.workspaceId,
    at,
    event,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_label: label,
    subject_kind: about?.kind ?? null,
    subject_id: about?.id ?? null,
    subject_label: about?.label ?? null,
    payload: JSON.stringify(payload),
    ip: actor.ip,
    seal: seal.text,
    salts: JSON.stringify(seal.salts),
  };
}

/**
 * Writes the entry in the caller's transaction: what is rolled back was never done, and nothing is done without its entry. The database
 * links it to the chain when that transaction commits (migration 0015).
 */
export const record = (tx: Database, actor: Actor, event: AuditEventName, entry: AuditEntry): Promise<void> =>
  recordAll(tx, actor, event, [entry]);

/** A statement's parameters are counted in 16 bits; an entry has 14. */
const entriesPerStatement = 2_000;

/** The same event for many subjects, in as few statements as there have to be. */
export async function recordAll(
  tx: Database,
  actor: Actor,
  event: AuditEventName,
  entries: readonly AuditEntry[],
): Promise<void> {
  for (let from = 0; from < entries.length; from += entriesPerStatement) {
    const rows = entries
      .slice(from, from + entriesPerStatement)
      .map((entry) => rowOf(newId('aud'), actor, event, entry));
    await tx.insertInto('audit_events').values(rows).execute();
  }
  if (entries.length > 0) recordedHere.getStore()?.add(event);
}

/** `record` for an entry that others name. */
export async function recordWithId(
  tx: Database,
  id: string,
  actor: Actor,
  event: AuditEventName,
  entry: AuditEntry,
): Promise<void> {
  await tx
    .insertInto('audit_events')
    .values(rowOf(id, actor, event, entry))
    .execute();
  recordedHere.getStore()?.add(event);
}
