import { mentionsOf } from '#server/audit/index.ts';

/** What is said in place of a value that was erased. */
export const erasedText = '(erased)';

export interface Erasing {
  erasureId: string;
  memberId: string;
  /** Name and e-mail address: texts that hold one of them are erased where the person's lines themselves stay. */
  values: readonly string[];
  /** ISO 8601. */
  at: string;
  /** An id of whoever ordered it; null for a key. */
  by: string | null;
}

type Record_ = Record<string, unknown>;

const isRecord = (value: unknown): value is Record_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of an erasure before this one, of somebody else, the note stays inside. */
const noteOf = (record: Record_, { erasureId, at, by }: Erasing, what: readonly string[]) => ({
  erasure_id: erasureId,
  at,
  by,
  what,
  ...('erased' in record && { earlier: record.erased }),
});

/** What stays of a line: what it was and when, so that nobody takes it for a gap, and who is to be asked why. */
const kept = ['event_id', 'type', 'timestamp', 'principal', 'event_type', 'workspace_id'] as const;

function tombstone(record: Record_, erasing: Erasing): Record_ {
  const stays = Object.fromEntries(kept.filter((key) => key in record).map((key) => [key, record[key]]));
  const what = Object.keys(record).filter((key) => !(key in stays) && key !== 'erased');
  return { ...stays, erased: noteOf(record, erasing, what) };
}

const userIdOf = (value: unknown): unknown => (isRecord(value) ? value.user_id : undefined);

/** Whose line it is: the actor's, or in costs the one they were made by. */
const ownerOf = ({ actor, payload }: Record_): unknown =>
  userIdOf(isRecord(payload) ? payload.identity : undefined) ?? userIdOf(actor);

/** What a reader tells lines apart by: never a text about somebody, whatever they are called. */
const structure = new Set([
  'type',
  'timestamp',
  'event_type',
  'action',
  'action_result',
  'action_privilege',
  'principal.type',
  'actor.type',
  'action_data.action',
  'event_details.detail_type',
  'erased',
]);
const isStructure = (path: string): boolean => structure.has(path) || /(^|[._])id(\.\d+)?$/.test(path);

/** Replaces texts that name the person, and the address that their own request came from. */
function blank(record: Record_, erasing: Erasing): Record_ {
  const isNamed = mentionsOf(erasing.values);
  const what: string[] = [];
  const isOwn = ownerOf(record) === erasing.memberId;
  const walk = (value: unknown, path: string): unknown => {
    if (isStructure(path)) return value;
    if (Array.isArray(value)) return value.map((inner, index) => walk(inner, `${path}.${index}`));
    if (isRecord(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, walk(inner, path ? `${path}.${key}` : key)]),
      );
    const isGone =
      typeof value === 'string' &&
      value !== erasedText &&
      ((isOwn && path === 'request_metadata.client_ip') || isNamed(value));
    if (!isGone) return value;
    what.push(path);
    // An address is null rather than a word, so that readers who expect one are not surprised.
    return path === 'request_metadata.client_ip' ? null : erasedText;
  };
  const blanked = walk(record, '') as Record_;
  return what.length === 0 ? record : { ...blanked, erased: noteOf(record, erasing, what) };
}

/**
 * A line as it is after the erasure; null: it stays byte for byte. In CODEX_LOG the person's lines become tombstones. Lines of the other
 * logs tell of what was done to the workspace and stay, without what names the person.
 */
export function eraseLine(line: string, erasing: Erasing): string | null {
  const record = JSON.parse(line) as Record_;
  if (record.type === 'CODEX_LOG' && ownerOf(record) === erasing.memberId)
    return JSON.stringify(tombstone(record, erasing));
  if (erasing.values.length === 0) return null;
  const after = blank(record, erasing);
  return after === record ? null : JSON.stringify(after);
}
