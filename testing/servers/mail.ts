import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { Condition } from '#server/stock-client/condition.ts';

export interface ReceivedMail {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** The whole message with all headers. */
  parsed: Email;
}

export interface MailServer extends AsyncDisposable {
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  waitForMail(accept: (mail: ReceivedMail) => boolean, options?: { timeoutMs?: number }): Promise<ReceivedMail>;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** When set, mail is taken only from who signs in with them. */
  credentials?: { user: string; password: string };
  /** When set, every recipient is refused with this text. */
  refuse?: string;
}

/** Takes every mail and keeps it; delivers nothing. */
export async function startMailServer({ credentials, refuse }: MailServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const inbox = new Condition();
  const receive = async (stream: NodeJS.ReadableStream, from: string, to: string[]) => {
    const parsed = await PostalMime.parse(await buffer(stream));
    const { subject = '', text = '', html = '' } = parsed;
    mails.push({ from, to, subject, text, html, parsed });
    inbox.changed();
  };
  const server = new SMTPServer({
    authOptional: credentials === undefined,
    allowInsecureAuth: true,
    disabledCommands: credentials === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      const known = username === credentials?.user && password === credentials?.password;
      if (known) done(null, { user: username ?? '' });
      else done(new Error('wrong user or password'));
    },
    onRcptTo: (_address, _session, done) => {
      if (refuse === undefined) done();
      else done(Object.assign(new Error(refuse), { responseCode: 550 }));
    },
    onData: (stream, { envelope }, done) => {
      const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
      const to = envelope.rcptTo.map(({ address }) => address);
      receive(stream, from, to).then(() => done(), done);
    },
  });
  // A client that goes away in the middle is its own problem.
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(resolve));
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    waitForMail: (accept, { timeoutMs } = {}) =>
      inbox.until(() => mails.find(accept), {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        failure: () => `no such mail among: ${mails.map(({ subject }) => subject).join(' | ') || 'none'}`,
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
