import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { secretText } from '#server/secret-text.ts';
import { createMailer } from './create-mailer.ts';

const log = pino({ level: 'silent' });
const mail = { to: 'ada@example.com', subject: 'You are invited', text: 'https://reeve.example.com/invite\n' };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** As much of RFC 5321 as a submission needs; keeps what it was told. */
async function smtpServer({ recipientAnswer = '250 ok' } = {}): Promise<{ url: string; received: string[] }> {
  const received: string[] = [];
  const server = createServer((socket) => {
    let isData = false;
    socket.write('220 test\r\n');
    socket.on('data', (chunk) => {
      for (const line of String(chunk).split('\r\n').slice(0, -1)) {
        received.push(line);
        if (isData) {
          if (line !== '.') continue;
          isData = false;
          socket.write('250 queued\r\n');
        } else if (line === 'DATA') {
          isData = true;
          socket.write('354 go on\r\n');
        } else if (line.startsWith('RCPT')) socket.write(`${recipientAnswer}\r\n`);
        else if (line === 'QUIT') socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const mailerFor = (url: string) =>
  createMailer({ config: { mail: { smtpUrl: secretText(url), from: 'Reeve <reeve@example.com>' } }, log });

test('a mail arrives at the server with its sender, recipient and text', async () => {
  const { url, received } = await smtpServer();
  expect(await mailerFor(url).send(mail)).toEqual({ sent: true });
  expect(received).toEqual(
    expect.arrayContaining([
      'MAIL FROM:<reeve@example.com>',
      'RCPT TO:<ada@example.com>',
      'Subject: You are invited',
      'https://reeve.example.com/invite',
    ]),
  );
});

test('a recipient cannot smuggle in another header or recipient', async () => {
  const { url, received } = await smtpServer();
  await mailerFor(url).send({ ...mail, subject: 'Hello\r\nBcc: eve@example.com' });
  expect(received.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ada@example.com>']);
  expect(received.filter((line) => line.startsWith('Bcc'))).toEqual([]);
});

test('what the server refuses is told, not thrown', async () => {
  const { url } = await smtpServer({ recipientAnswer: '550 no such mailbox' });
  const outcome = await mailerFor(url).send(mail);
  expect(outcome).toMatchObject({
    sent: false,
    because: 'failed',
    message: expect.stringContaining('550 no such mailbox'),
  });
});

test('a server that is not there is told, without its password', async () => {
  const outcome = await mailerFor('smtp://reeve:hunter2@127.0.0.1:1').send(mail);
  expect(outcome).toMatchObject({ sent: false, because: 'failed', message: expect.stringContaining('ECONNREFUSED') });
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
});

test('without a mail server the caller is told to pass the link on', async () => {
  const mailer = createMailer({ config: { mail: null }, log });
  expect(mailer.isSetUp).toBe(false);
  expect(await mailer.send(mail)).toMatchObject({
    sent: false,
    because: 'not-set-up',
    message: expect.stringContaining('REEVE_SMTP_URL'),
  });
});
