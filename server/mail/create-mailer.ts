import type { Logger } from 'pino';
import type { Config } from '#server/config.ts';
import { redactText } from '#server/log/redact.ts';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** `sent: false` is nothing to hide from the person: show them the link that the mail would have carried. */
export type MailOutcome = { sent: true } | { sent: false; because: 'not-set-up' | 'failed'; message: string };

export interface Mailer {
  readonly isSetUp: boolean;
  send(mail: Mail): Promise<MailOutcome>;
  /** Connects and signs in without sending anything. @returns what is wrong, in words; null: nothing */
  verify(): Promise<string | null>;
  close(): void;
}

const notSetUp = 'Mail is not set up on this server (REEVE_SMTP_URL). Pass the link on yourself.';
const timeoutMs = 20_000;

/** Mail through REEVE_SMTP_URL. A mail that cannot be sent is an outcome, not an exception: what it announced has happened all the same. */
export function createMailer({ config, log }: { config: Pick<Config, 'mail'>; log: Logger }): Mailer {
  if (!config.mail) {
    return {
      isSetUp: false,
      verify: async () => notSetUp,
      send: async () => ({ sent: false, because: 'not-set-up', message: notSetUp }),
      close: () => {},
    };
  }
  const { smtpUrl, from } = config.mail;
  const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  // The library is loaded with the first mail.
  const open = () =>
    import('nodemailer').then(({ createTransport }) =>
      createTransport({ url: smtpUrl.reveal(), ...timeouts }, { from }),
    );
  let opened: ReturnType<typeof open> | undefined;
  const transport = () => {
    opened ??= open();
    return opened;
  };
  return {
    isSetUp: true,
    verify: () =>
      transport()
        .then((one) => one.verify())
        .then(
          () => null,
          (error: Error) => redactText(error.message),
        ),
    async send({ to, subject, text }) {
      try {
        const one = await transport();
        await one.sendMail({ to, subject, text, disableFileAccess: true, disableUrlAccess: true });
        return { sent: true };
      } catch (error) {
        log.error({ err: error, subject }, 'a mail could not be sent');
        const reason = redactText(error instanceof Error ? error.message : String(error));
        return {
          sent: false,
          because: 'failed',
          message: `The mail was not sent: ${reason}. Pass the link on yourself.`,
        };
      }
    },
    close: () => void opened?.then((one) => one.close()),
  };
}
