import {
  commitmentTo,
  type EntryContent,
  type PersonalField,
  personalFieldsOf,
  replacePersonal,
  writeSeal,
} from './sealed-content.ts';
import { contentOf, erasedText, type StoredEntry } from './stored-entry.ts';

/** What opens a commitment: its salt and the value; or which order took both away. */
export type Opening = readonly [salt: string, value: string] | { readonly erased: string; readonly at: string };

/** A link and what is known of its entry: one line of an export. */
export interface EntryLine {
  kind: 'entry';
  seq: number;
  /** The hash of the link before. */
  previous: string;
  hash: string;
  /** What was sealed; a text that is no JSON where somebody wrote over it; null when the entry is gone. */
  seal: unknown;
  /** One for each commitment in the seal, in the order of `replacePersonal`. */
  open: readonly Opening[];
  /** What the log says, where that is not what was sealed. */
  found?: EntryContent;
}

export interface StoredLink {
  seq: number;
  previous: string;
  hash: string;
}

/** The commitments of a seal with where they stand; none when it cannot be read. */
export function commitmentsOf(seal: unknown): PersonalField[] {
  try {
    return personalFieldsOf(seal as EntryContent);
  } catch {
    return [];
  }
}

const isJson = (text: string): boolean => {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
};

function erasuresOf({ erasures }: StoredEntry): Map<string, Opening> {
  const entries = (erasures ?? []).flatMap(({ order, at, fields }) =>
    fields.map((path) => [path, { erased: order, at }] as const),
  );
  return new Map(entries);
}

/** What an order took away left a word in its place; any other text was put there by somebody else. */
const erasureAt = (
  erased: ReadonlyMap<string, Opening>,
  { path, salt, value }: PersonalField & { salt: string | null },
): Opening | undefined => (salt === null && value === erasedText ? erased.get(path) : undefined);

/** Opens each commitment with what the log says stands in its place. */
function openingsOf(row: StoredEntry, committed: readonly PersonalField[]): Opening[] {
  const erased = erasuresOf(row);
  const values = new Map(personalFieldsOf(contentOf(row)).map(({ path, value }) => [path, value]));
  return committed.map(({ path }, place) => {
    const salt = row.salts?.[place] ?? null;
    const value = values.get(path) ?? '';
    return erasureAt(erased, { path, salt, value }) ?? [salt ?? '', value];
  });
}

/** What sealing these values with their salts gives: what was sealed, unless somebody changed something. */
function sealAgain(row: StoredEntry, committed: readonly PersonalField[] | null): { text: string; open: Opening[] } {
  const erased = erasuresOf(row);
  const open: Opening[] = [];
  const content = replacePersonal(contentOf(row), (value, path) => {
    const place = open.length;
    const salt = row.salts?.[place] ?? null;
    const erasure = erasureAt(erased, { path, salt, value });
    open.push(erasure ?? [salt ?? '', value]);
    return erasure ? (committed?.[place]?.value ?? '') : commitmentTo(salt ?? '', value);
  });
  return { text: writeSeal(content), open };
}

/** As JSON, with the seal as it is stored: what is hashed can be cut out of the line. */
export function writeEntryLine({ seq, previous, hash }: StoredLink, row: StoredEntry | null): string {
  const link = `{"kind":"entry","seq":${seq},"previous":${JSON.stringify(previous)},"hash":${JSON.stringify(hash)}`;
  if (row === null || row.seal === null) return `${link},"seal":null,"open":[]}`;
  if (!isJson(row.seal))
    return `${link},"seal":${JSON.stringify(row.seal)},"open":[],"found":${JSON.stringify(contentOf(row))}}`;
  const again = sealAgain(row, row.erasures === null ? null : commitmentsOf(JSON.parse(row.seal)));
  if (again.text === row.seal) return `${link},"seal":${row.seal},"open":${JSON.stringify(again.open)}}`;
  const open = openingsOf(row, commitmentsOf(JSON.parse(row.seal)));
  return `${link},"seal":${row.seal},"open":${JSON.stringify(open)},"found":${JSON.stringify(contentOf(row))}}`;
}
