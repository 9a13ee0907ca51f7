import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { Condition } from '#server/stock-client/condition.ts';
import type { IssuedPair } from './test-authority.ts';

export interface SyslogMessage {
  priority: number;
  timestamp: string;
  hostname: string;
  appName: string;
  processId: string;
  messageId: string;
  structuredData: string;
  text: string;
  /** Of the client certificate that was shown. */
  client: string | null;
}

export interface SyslogServer {
  port: number;
  messages: SyslogMessage[];
  /** What did not follow RFC 5424 and 5425. */
  broken: string[];
  /** While it is set, connections are cut after this many bytes. */
  cutAfterBytes: number | null;
  until<T>(probe: () => T | undefined | false): Promise<T>;
  close(): Promise<void>;
}

/** RFC 5424 §6: PRI VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA [SP MSG]. */
const rfc5424 =
  /^<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) (-|(?:\[[^\]]+\])+)(?: (.*))?$/s;

function readFrames(buffer: Buffer, take: (frame: string) => void, refuse: (why: string) => void): Buffer {
  let rest = buffer;
  while (rest.length > 0) {
    const blank = rest.indexOf(0x20);
    if (blank === -1) return rest;
    const count = rest.subarray(0, blank).toString('latin1');
    if (!/^[1-9]\d*$/.test(count)) {
      refuse(`no octet count: ${count.slice(0, 20)}`);
      return Buffer.alloc(0);
    }
    const end = blank + 1 + Number(count);
    if (rest.length < end) return rest;
    take(rest.subarray(blank + 1, end).toString('utf8'));
    rest = rest.subarray(end);
  }
  return rest;
}

/** A syslog receiver over TLS that keeps what arrives. With `clientAuthorityPem` it takes nobody without a certificate of it. */
export async function startSyslogServer(
  pair: IssuedPair,
  { clientAuthorityPem }: { clientAuthorityPem?: string } = {},
): Promise<SyslogServer> {
  const inbox = new Condition();
  const sockets = new Set<TLSSocket>();
  /** By the port of the other side: only these can be reset. */
  const plainSockets = new Map<number, Socket>();
  const receive = (socket: TLSSocket) => {
    sockets.add(socket);
    const client = clientAuthorityPem === undefined ? null : String(socket.getPeerCertificate().subject?.CN ?? '');
    let rest: Buffer = Buffer.alloc(0);
    let bytes = 0;
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (part: Buffer) => {
      bytes += part.length;
      if (syslog.cutAfterBytes !== null && bytes > syslog.cutAfterBytes)
        return plainSockets.get(socket.remotePort ?? 0)?.resetAndDestroy();
      rest = readFrames(
        Buffer.concat([rest, part]),
        (frame) => {
          const found = rfc5424.exec(frame);
          if (!found) return syslog.broken.push(`not RFC 5424: ${frame.slice(0, 100)}`);
          const [
            ,
            priority,
            timestamp = '',
            hostname = '',
            appName = '',
            processId = '',
            messageId = '',
            structuredData = '',
            text = '',
          ] = found;
          syslog.messages.push({
            priority: Number(priority),
            timestamp,
            hostname,
            appName,
            processId,
            messageId,
            structuredData,
            text,
            client,
          });
          return inbox.changed();
        },
        (why) => syslog.broken.push(why),
      );
      return undefined;
    });
  };
  const server = createServer(
    {
      cert: pair.certificatePem,
      key: pair.keyPem,
      ...(clientAuthorityPem !== undefined && { ca: clientAuthorityPem, requestCert: true, rejectUnauthorized: true }),
    },
    receive,
  );
  server.on('connection', (socket) => plainSockets.set(socket.remotePort ?? 0, socket));
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const syslog: SyslogServer = {
    port: (server.address() as AddressInfo).port,
    messages: [],
    broken: [],
    cutAfterBytes: null,
    until: (probe) =>
      inbox.until(probe, { failure: () => `${syslog.messages.length} messages; ${syslog.broken.join('; ')}` }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return syslog;
}
