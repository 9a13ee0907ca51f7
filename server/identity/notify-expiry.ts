import type { Mailer } from '#server/mail/create-mailer.ts';
import { dueNotice, earliestNoticeMs, inWords, type Notice, sendNotices } from '#server/mail/expiry-notices.ts';
import type { Services } from '#server/services.ts';
import { listEndingTokens, setTokenNoticed } from './expiry-queries.ts';

type Row = Awaited<ReturnType<typeof listEndingTokens>>[number];

const mailFor = ({ name, hint, email, workspace_name, expires_at }: Row, origin: string) => ({
  to: email,
  subject: `Your access token “${name}” ends on ${inWords(expires_at)}`,
  text: [
    `Your access token “${name}” (${hint}…) of ${workspace_name} works until ${inWords(expires_at)}.`,
    '',
    'What uses it is refused from then on. Create a new one before, and replace it where it is used:',
    '',
    `${origin}/account?tab=tokens`,
    '',
  ].join('\n'),
});

/** Tells members 14 and 2 days before one of their access tokens ends. */
export async function notifyOfEndingTokens(
  { db, clock, origin }: Pick<Services, 'db' | 'clock' | 'origin'>,
  mailer: Pick<Mailer, 'send' | 'isSetUp'>,
): Promise<number> {
  if (!mailer.isSetUp) return 0;
  const now = clock();
  const rows = await listEndingTokens(db, { now, until: new Date(now.getTime() + earliestNoticeMs) });
  const notices = rows.flatMap((row): Notice[] => {
    const { id, created_at: startedAt, expires_at: expiresAt, noticed_days: from } = row;
    const to = dueNotice({ startedAt, expiresAt, noticedDays: from }, now);
    if (to === null) return [];
    return [
      {
        mails: [mailFor(row, origin)],
        claim: () => setTokenNoticed(db, id, { from, to }),
        release: async () => void (await setTokenNoticed(db, id, { from: to, to: from })),
      },
    ];
  });
  return sendNotices(mailer, notices);
}
