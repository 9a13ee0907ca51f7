import { commitmentsOf, type EntryLine } from './entry-line.ts';
import { commitmentTo, type EntryContent, personalFieldsOf, replacePersonal, sealVersion } from './sealed-content.ts';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Every value with the JSON pointer to it. */
function leavesOf(value: unknown, path = '', leaves = new Map<string, unknown>()): Map<string, unknown> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  if (entries.length === 0) leaves.set(path, isRecord(value) ? JSON.stringify(value) : value);
  for (const [key, inner] of entries)
    leavesOf(inner, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, leaves);
  return leaves;
}

/** What the log says with everything personal blanked, so that the rest can be compared with the seal. */
const clearLeaves = (content: unknown): Map<string, unknown> => {
  try {
    return leavesOf(replacePersonal(content as EntryContent, () => ''));
  } catch {
    return leavesOf(content);
  }
};

/** Whether a commitment is opened by this. What was erased opens nothing, and is judged by its order. */
export const opens = (commitment: string, opening: EntryLine['open'][number] | undefined): boolean => {
  if (opening === undefined) return false;
  return 'erased' in opening || commitmentTo(opening[0], opening[1]) === commitment;
};

/** The fields, as JSON pointers, in which the log says something else than was sealed. */
export function changedFields({ seal, open, found }: EntryLine): string[] {
  const committed = commitmentsOf(seal);
  const changed = new Set<string>();
  committed.forEach(({ path, value }, place) => {
    if (!opens(value, open[place])) changed.add(path);
  });
  if (found === undefined) return [...changed];
  const was = clearLeaves(seal);
  const is = clearLeaves({ ...found, v: sealVersion });
  for (const path of new Set([...was.keys(), ...is.keys()])) if (was.get(path) !== is.get(path)) changed.add(path);
  const known = new Set(committed.map(({ path }) => path));
  for (const { path } of personalFieldsOf(found)) if (!known.has(path)) changed.add(path);
  return [...changed];
}
