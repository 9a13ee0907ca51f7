import Papa from 'papaparse';
import { type ImportColumn, mostImported } from '#contract/directory-imports.ts';
import { ReeveError } from '#server/fail.ts';

export interface ListedPerson {
  /** Where the row begins, from 1. */
  line: number;
  email: string;
  name: string;
  roles: string[];
  groups: string[];
}

export interface PeopleList {
  hasHeader: boolean;
  /** What each column was understood as; null: left out. */
  columns: (ImportColumn | null)[];
  people: ListedPerson[];
}

const order: readonly ImportColumn[] = ['email', 'name', 'roles', 'groups'];

const columnNames: Record<string, ImportColumn> = {
  email: 'email',
  emailaddress: 'email',
  mail: 'email',
  primaryemail: 'email',
  userprincipalname: 'email',
  name: 'name',
  displayname: 'name',
  fullname: 'name',
  role: 'roles',
  roles: 'roles',
  group: 'groups',
  groups: 'groups',
  team: 'groups',
  teams: 'groups',
};

const columnOf = (cell: string): ImportColumn | null =>
  columnNames[cell.toLowerCase().replaceAll(/[^a-z]/g, '')] ?? null;

const refuse = (message: string, line?: number): never => {
  const issue = { path: ['text'], message, ...(line !== undefined && { line }) };
  throw new ReeveError('bad-input', { issues: [issue] }, { message });
};

interface Row {
  line: number;
  cells: string[];
}

/** Rows with the line each begins in: a quoted cell may go on over several. */
function readRows(text: string): { rows: Row[]; delimiter: string } {
  const { data, errors, meta } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''));
  let line = 1;
  const all = data.map((cells) => {
    const row = { line, cells: cells.map((cell) => cell.trim()) };
    line += 1 + cells.reduce((sum, cell) => sum + cell.split(meta.linebreak).length - 1, 0);
    return row;
  });
  const broken = errors.find(({ type }) => type === 'Quotes');
  if (broken) {
    const where = all[broken.row ?? 0]?.line ?? 1;
    refuse(`Line ${where}: a quotation mark is not closed, or closed in the middle of a value.`, where);
  }
  return { rows: all.filter(({ cells }) => cells.some((cell) => cell !== '')), delimiter: meta.delimiter };
}

/** Several values in one cell stand behind `;` or `|`, in a file whose columns stand behind `;` also behind a comma. */
const severalIn = (cell: string, delimiter: string): string[] => [
  ...new Set(
    cell
      .split(delimiter === ';' ? /[|,]/ : /[|;]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

/**
 * The people of a CSV file; whether they can be invited is not looked at.
 * @throws ReeveError bad-input for a file that cannot be read, with the line
 */
export function readPeopleList(text: string): PeopleList {
  const { rows, delimiter } = readRows(text);
  const [first] = rows;
  if (!first) return refuse('There is nobody in this list. Put one person on each line, the e-mail address first.');
  const named = first.cells.map(columnOf);
  const hasHeader = named.some((column) => column !== null) && !first.cells.some((cell) => cell.includes('@'));
  if (hasHeader && !named.includes('email'))
    return refuse('Line 1 names no column “email”. Add one, or leave the line with the names out.', first.line);
  const columns = hasHeader
    ? named.map((column, index) => (named.indexOf(column) === index ? column : null))
    : Array.from({ length: Math.max(...rows.map(({ cells }) => cells.length)) }, (_, index) => order[index] ?? null);
  const listed = hasHeader ? rows.slice(1) : rows;
  if (listed.length === 0) return refuse('There is nobody under the names of the columns.');
  if (listed.length > mostImported)
    return refuse(`This list has ${listed.length} people; at most ${mostImported} can be invited at once. Split it.`);
  const people = listed.map(({ line, cells }) => {
    const cellOf = (column: ImportColumn) => cells[columns.indexOf(column)] ?? '';
    return {
      line,
      email: cellOf('email').toLowerCase(),
      name: cellOf('name'),
      roles: columns.includes('roles') ? severalIn(cellOf('roles'), delimiter) : [],
      groups: columns.includes('groups') ? severalIn(cellOf('groups'), delimiter) : [],
    };
  });
  return { hasHeader, columns, people };
}
