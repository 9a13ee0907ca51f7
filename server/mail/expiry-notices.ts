import type { Mail, Mailer } from './create-mailer.ts';

const dayMs = 86_400_000;
/** How many days before the end the people of a token or key are told. */
const noticeDays = [2, 14] as const;
export type NoticeDays = (typeof noticeDays)[number];
export const earliestNoticeMs = Math.max(...noticeDays) * dayMs;

interface Ending {
  startedAt: Date;
  expiresAt: Date;
  /** The notice that was sent last. */
  noticedDays: number | null;
}

/** The notice to send now. None for what was made for so short a time that its maker needs no reminder. */
export function dueNotice({ startedAt, expiresAt, noticedDays }: Ending, now: Date): NoticeDays | null {
  const leftMs = expiresAt.getTime() - now.getTime();
  const lifetimeMs = expiresAt.getTime() - startedAt.getTime();
  if (leftMs <= 0) return null;
  const due = noticeDays.find((days) => leftMs <= days * dayMs);
  if (due === undefined || lifetimeMs < 2 * due * dayMs) return null;
  return noticedDays === null || noticedDays > due ? due : null;
}

export interface Notice {
  mails: readonly Mail[];
  /** Takes the notice for this process, once; false when another one has it. */
  claim: () => Promise<boolean>;
  /** Gives it back: nobody got it, so it is tried again. */
  release: () => Promise<void>;
}

/** One after the other: mail servers cut callers off who hurry. Returns how many notices reached somebody. */
export async function sendNotices(mailer: Pick<Mailer, 'send'>, notices: readonly Notice[]): Promise<number> {
  let sent = 0;
  for (const { mails, claim, release } of notices) {
    if (mails.length === 0 || !(await claim())) continue;
    const outcomes = [];
    for (const mail of mails) outcomes.push(await mailer.send(mail));
    if (outcomes.some((outcome) => outcome.sent)) sent += 1;
    else await release();
  }
  return sent;
}

/** `12 March 2027, 09:30 UTC`. */
export const inWords = (time: Date): string =>
  `${time.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).replace(' at ', ', ')} UTC`;
