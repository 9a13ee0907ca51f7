import nodemailer from 'nodemailer';
import { expect, onTestFinished, test } from 'vitest';
import { type MailServerOptions, startMailServer } from './mail.ts';

async function open(options: MailServerOptions = {}) {
  const server = await startMailServer(options);
  onTestFinished(() => server.close());
  return server;
}

const invitation = {
  from: 'Reeve <reeve@corp.test>',
  to: ['ada@corp.test', 'bob@corp.test'],
  subject: 'You are invited – welcome',
  text: 'Open https://codex.corp.test/invite',
  html: '<p>Open it</p>',
};

test('mail is taken, decoded and kept', async () => {
  const server = await open();
  await nodemailer.createTransport(server.url).sendMail(invitation);
  const mail = await server.waitForMail(({ to }) => to.includes('bob@corp.test'));
  expect(mail).toMatchObject({ from: 'reeve@corp.test', to: invitation.to, subject: invitation.subject });
  expect(mail.text).toContain(invitation.text);
  expect(mail.html).toContain(invitation.html);
  expect(mail.parsed.headers.map(({ key }) => key)).toContain('message-id');
});

test('with credentials, only who knows them sends', async () => {
  const server = await open({ credentials: { user: 'reeve', password: 'right' } });
  const send = (pass: string) =>
    nodemailer
      .createTransport({ host: '127.0.0.1', port: server.port, auth: { user: 'reeve', pass } })
      .sendMail(invitation);
  await expect(send('wrong')).rejects.toThrow('wrong user or password');
  await send('right');
  expect(server.mails).toHaveLength(1);
});

test('recipients can be refused', async () => {
  const server = await open({ refuse: 'no such mailbox' });
  await expect(nodemailer.createTransport(server.url).sendMail(invitation)).rejects.toThrow('no such mailbox');
  expect(server.mails).toEqual([]);
});
