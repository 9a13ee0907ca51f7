type Value = string | number | null;

/** A text that a spreadsheet would run as a formula stays text (CWE-1236); a number below zero is a number. */
const cell = (value: Value): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** RFC 4180. */
export const toCsv = (rows: readonly (readonly Value[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
