import type { Mailer } from '#server/mail/create-mailer.ts';

/** What its owner should hear of by another way, in case it was not them. */
export type News =
  | { what: 'recovery-code-used'; left: number }
  | { what: 'factor-added'; name: string }
  | { what: 'factor-removed'; name: string }
  | { what: 'factors-reset'; by: string };

const inWords = (news: News): { subject: string; sentence: string } => {
  switch (news.what) {
    case 'recovery-code-used':
      return {
        subject: 'A recovery code was used',
        sentence: `One of your recovery codes was used to sign in or to confirm an action. ${news.left} are left; make new ones under your account before they run out.`,
      };
    case 'factor-added':
      return { subject: 'A second factor was added', sentence: `“${news.name}” was added to your account.` };
    case 'factor-removed':
      return { subject: 'A second factor was removed', sentence: `“${news.name}” was removed from your account.` };
    case 'factors-reset':
      return {
        subject: 'Your second factors were reset',
        sentence: `${news.by} removed all second factors from your account and signed you out, so that you can set up new ones.`,
      };
  }
};

/** By mail where the server has one; a mail that fails is logged there and holds nothing up. */
export async function tellMember(mailer: Mailer, { email }: { email: string }, news: News): Promise<void> {
  if (!mailer.isSetUp) return;
  const { subject, sentence } = inWords(news);
  const text = [sentence, '', 'If this was not you, change your password and tell a workspace owner.', ''].join('\n');
  await mailer.send({ to: email, subject, text });
}
