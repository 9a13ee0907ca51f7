/** A cell that a spreadsheet would run as a formula stays text (CWE-1236). */
const cell = (value: string): string => {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

interface Row {
  memberId: string;
  email: string;
  link: string;
  expiresAt: string;
}

/** RFC 4180, times in UTC. */
export const invitationsAsCsv = (invitations: readonly Row[], mailedTo: readonly string[]): string => {
  const mailed = new Set(mailedTo);
  const rows = invitations.map(({ memberId, email, link, expiresAt }) => [
    email,
    link,
    expiresAt,
    mailed.has(memberId) ? 'yes' : 'no',
  ]);
  return [['email', 'link', 'expires at', 'mailed'], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
};
