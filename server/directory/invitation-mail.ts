import type { Database } from '#server/db/open-database.ts';
import type { Mailer } from '#server/mail/create-mailer.ts';
import { readSettings } from '#server/workspace/index.ts';
import type { ActingMember } from './acting-member.ts';
import { invitationDays } from './links.ts';

/** Mail servers cut callers off who open many connections. */
const atOnce = 4;

const textFor = (workspaceName: string, invitedBy: string, link: string): string =>
  [
    `${invitedBy} invites you to ${workspaceName}, where you work with Codex.`,
    '',
    `Open this link to choose a password and join. It works once, for ${invitationDays} days:`,
    '',
    link,
    '',
    'If you did not expect this, ignore it: without the link nobody joins in your name.',
    '',
  ].join('\n');

/** Sends each invitation; one that fails is told by `mailed: false` and stops none of the others. */
export async function mailInvitations<Invitation extends { email: string; link: string }>(
  { db, mailer }: { db: Database; mailer: Mailer },
  acting: ActingMember,
  invitations: readonly Invitation[],
): Promise<(Invitation & { mailed: boolean })[]> {
  const { workspaceName } = await readSettings(db, acting.workspaceId);
  const subject = `Join ${workspaceName}`;
  const answers: (Invitation & { mailed: boolean })[] = [];
  for (let from = 0; from < invitations.length; from += atOnce) {
    const sent = invitations.slice(from, from + atOnce).map(async (invitation) => {
      const text = textFor(workspaceName, acting.name, invitation.link);
      const outcome = await mailer.send({ to: invitation.email, subject, text });
      return { ...invitation, mailed: outcome.sent };
    });
    answers.push(...(await Promise.all(sent)));
  }
  return answers;
}
