import { toCsv } from '#console/ui/to-csv.ts';

interface Row {
  memberId: string;
  email: string;
  link: string;
  expiresAt: string;
}

/** Times in UTC. */
export const invitationsAsCsv = (invitations: readonly Row[], mailedTo: readonly string[]): string => {
  const mailed = new Set(mailedTo);
  const rows = invitations.map(({ memberId, email, link, expiresAt }) => [
    email,
    link,
    expiresAt,
    mailed.has(memberId) ? 'yes' : 'no',
  ]);
  return toCsv([['email', 'link', 'expires at', 'mailed'], ...rows]);
};
