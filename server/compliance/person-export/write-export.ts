import { type Pack, pack } from 'tar-stream';
import type { Database } from '#server/db/open-database.ts';
import type { Person, PersonRows } from '#server/db/person-rows.ts';

/** A tar says how long a file is before its content: what is longer than this continues in another file. */
const partBytes = 4 * 1024 * 1024;

export interface ExportHead {
  person: Person & { label: string };
  madeAt: Date;
  reason: string;
}

const addFile = (tar: Pack, name: string, content: Buffer, at: Date): Promise<void> =>
  new Promise((resolve, reject) => {
    tar.entry({ name, mtime: at, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()));
  });

const partName = (kind: string, part: number): string =>
  part === 1 ? `${kind}.jsonl` : `${kind}-${String(part).padStart(4, '0')}.jsonl`;

async function addKind(
  tar: Pack,
  db: Database,
  { kind, read }: PersonRows,
  { person, madeAt, onRows }: ExportHead & { onRows: (kind: string, rows: number) => Promise<void> },
): Promise<number> {
  let lines: Buffer[] = [];
  let bytes = 0;
  let rows = 0;
  let part = 1;
  const flush = async () => {
    await addFile(tar, partName(kind, part), Buffer.concat(lines), madeAt);
    await onRows(kind, rows);
    part += 1;
    lines = [];
    bytes = 0;
  };
  for await (const row of read(db, person)) {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    if (bytes > 0 && bytes + line.length > partBytes) await flush();
    lines.push(line);
    bytes += line.length;
    rows += 1;
  }
  // An empty file says that there is nothing, which a missing one would not.
  if (lines.length > 0 || part === 1) await flush();
  return rows;
}

const readMe = ({ person, madeAt, reason }: ExportHead, counts: Readonly<Record<string, number>>): string =>
  [
    `Everything that this Reeve keeps about ${person.label} (${person.memberId}).`,
    `Made ${madeAt.toISOString()}, because: ${reason}`,
    '',
    'Each file holds one JSON object a line. Times are UTC. What opens anything (passwords, tokens, keys) is not in here.',
    '',
    ...Object.entries(counts).map(([kind, rows]) => `${kind}: ${rows}`),
    '',
  ].join('\n');

/** A tar with a file of JSON lines for each kind, as a stream; `onRows` hears how far it is. */
export function exportStream(
  db: Database,
  kinds: readonly PersonRows[],
  head: ExportHead,
  onRows: (kind: string, rows: number) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const tar = pack();
  const write = async () => {
    const counts: Record<string, number> = {};
    for (const kind of kinds) counts[kind.kind] = await addKind(tar, db, kind, { ...head, onRows });
    await addFile(tar, 'README.txt', Buffer.from(readMe(head, counts)), head.madeAt);
    tar.finalize();
  };
  write().catch((error: Error) => tar.destroy(error));
  return tar as AsyncIterable<Uint8Array>;
}
