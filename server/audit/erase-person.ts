import { newId } from '#server/crypto/ids.ts';
import type { AuditErasure } from '#server/db/audit-tables.ts';
import type { Database } from '#server/db/open-database.ts';
import { personalFieldsOf, replacePersonal } from './chain/sealed-content.ts';
import { contentOf, erasedText, type StoredEntry } from './chain/stored-entry.ts';
import { lockEntriesOf, updateErased } from './entry-queries.ts';
import { mentionsOf } from './mentions.ts';
import { type Actor, recordWithId } from './record.ts';

export interface PersonToErase {
  workspaceId: string;
  memberId: string;
  /** What is known of them: name, e-mail address, former ones. Every text that holds one of these as whole words goes. */
  values: readonly string[];
  /** Why, for the entry that stays: for example the number of a request. */
  reason: string;
  at: Date;
}

const entriesPerQuery = 500;
/** One letter would take half of the log. */
const shortestValue = 3;

const isPersonalKey = (path: string): boolean =>
  /^\/payload\/.*(name|mail|label|phone|address|picture|userAgent)[^/]*(\/\d+)?$/i.test(path);

/** Ids stay, whatever they look like. */
const isId = (path: string): boolean => /(\/id|[a-z]Id|_id)s?(\/\d+)?$/.test(path);

/** Which fields of an entry say something about the person. */
function fieldsToErase(row: StoredEntry, { memberId, values }: PersonToErase): string[] {
  const isNamed = mentionsOf(values);
  const isBy = row.actor_id === memberId;
  const isAbout = row.subject_id === memberId;
  return personalFieldsOf(contentOf(row))
    .filter(({ path, value }) => {
      if (value === erasedText) return false;
      if (path === '/ip') return isBy;
      if (path === '/actor/label' && isBy) return true;
      if (path === '/subject/label' && isAbout) return true;
      if (isAbout && isPersonalKey(path)) return true;
      return !isId(path) && isNamed(value);
    })
    .map(({ path }) => path);
}

async function eraseFields(
  tx: Database,
  row: StoredEntry,
  fields: readonly string[],
  order: { order: string; at: string },
) {
  const gone = new Set(fields);
  const salts: (string | null)[] = [];
  const content = replacePersonal(contentOf(row), (value, path) => {
    const isGone = gone.has(path);
    salts.push(isGone ? null : (row.salts?.[salts.length] ?? null));
    return isGone ? erasedText : value;
  });
  const erasures: AuditErasure[] = [...(row.erasures ?? []), { ...order, fields: [...fields] }];
  // What is not sealed yet will be sealed as it is then, and has nothing to account for.
  await updateErased(tx, row.id, content, row.seal === null ? null : { salts, erasures });
}

/**
 * Takes what the audit log says about a person out of it, in the caller's transaction: labels, addresses and texts, with the salts of their
 * commitments, so that nobody can guess them. Ids stay. Hashes, links, checkpoints and proofs stay valid; a verification tells what is gone
 * and by which order, which is the entry that this leaves.
 * @returns the id of that entry, and how much is gone
 */
export async function erasePerson(
  tx: Database,
  actor: Actor,
  person: PersonToErase,
): Promise<{ order: string; entries: number; fields: number }> {
  const order = { order: newId('aud'), at: person.at.toISOString() };
  const known = { ...person, values: person.values.filter((value) => value.length >= shortestValue) };
  const counts = { entries: 0, fields: 0 };
  for (let afterId = ''; ; ) {
    const rows = await lockEntriesOf(tx, known, { afterId, limit: entriesPerQuery });
    for (const row of rows) {
      const fields = fieldsToErase(row, known);
      if (fields.length === 0) continue;
      await eraseFields(tx, row, fields, order);
      counts.entries += 1;
      counts.fields += fields.length;
    }
    const last = rows.at(-1);
    if (!last || rows.length < entriesPerQuery) break;
    afterId = last.id;
  }
  const subject = { kind: 'member', id: person.memberId, label: erasedText };
  const { reason, at } = person;
  await recordWithId(tx, order.order, actor, 'audit.person-erased', { at, subject, reason, ...counts });
  return { order: order.order, ...counts };
}
