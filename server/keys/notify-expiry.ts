import type { Mailer } from '#server/mail/create-mailer.ts';
import { dueNotice, earliestNoticeMs, inWords, type Notice, sendNotices } from '#server/mail/expiry-notices.ts';
import type { Services } from '#server/services.ts';
import { listEndingKeys, listOwnerEmails, setNoticed } from './expiry-queries.ts';

type Row = Awaited<ReturnType<typeof listEndingKeys>>[number];

const mailFor = (to: string, { name, workspace_name, scopes, expires_at }: Row, origin: string) => ({
  to,
  subject: `The API key “${name}” ends on ${inWords(expires_at)}`,
  text: [
    `The API key “${name}” of ${workspace_name} works until ${inWords(expires_at)}.`,
    `Its scopes: ${scopes.join(', ')}.`,
    '',
    'What uses it is refused from then on. Rotate it before: the former secret goes on working for as long as you choose.',
    '',
    `${origin}/keys`,
    '',
  ].join('\n'),
});

/** Tells whoever made a key, or the owners when they have left, 14 and 2 days before it ends. */
export async function notifyOfEndingKeys(
  { db, clock, origin }: Pick<Services, 'db' | 'clock' | 'origin'>,
  mailer: Pick<Mailer, 'send' | 'isSetUp'>,
): Promise<number> {
  if (!mailer.isSetUp) return 0;
  const now = clock();
  const rows = await listEndingKeys(db, { now, until: new Date(now.getTime() + earliestNoticeMs) });
  const notices: Notice[] = [];
  for (const row of rows) {
    const { id, workspace_id, creator_email, renewed_at, expires_at: expiresAt, noticed_days: from } = row;
    const to = dueNotice({ startedAt: renewed_at ?? now, expiresAt, noticedDays: from }, now);
    if (to === null) continue;
    const people = creator_email === null ? await listOwnerEmails(db, workspace_id) : [creator_email];
    notices.push({
      mails: people.map((email) => mailFor(email, row, origin)),
      claim: () => setNoticed(db, id, { from, to }),
      release: async () => void (await setNoticed(db, id, { from: to, to: from })),
    });
  }
  return sendNotices(mailer, notices);
}
