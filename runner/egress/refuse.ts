import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type EgressRule, egressRules } from '#contract/internet-access.ts';

const lingerMs = 5000;

const statusOf = (rule: EgressRule): number => {
  if (rule === 'bad-request' || rule === 'not-http' || rule === 'name-mismatch') return 400;
  if (rule === 'name-unknown' || rule === 'certificate-invalid') return 502;
  return rule === 'too-many-connections' ? 503 : 403;
};

const sentenceOf = (rule: EgressRule, host: string): string =>
  `Reeve let nothing through to ${host}: ${egressRules[rule].sentence}\n`;

/** Says why, to a person who reads a log and to a program that looks for the header. */
export function refuse(response: ServerResponse, rule: EgressRule, host: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const text = sentenceOf(rule, host);
  const status = statusOf(rule);
  // Named, or the words of a server whose answer could not be passed on are tried again.
  response.writeHead(status, STATUS_CODES[status], {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-reeve-egress': rule,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** The same on a connection that speaks no HTTP (any more). */
export function refuseRaw(socket: Duplex, rule: EgressRule, host: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = sentenceOf(rule, host);
  // Whoever does not read it must not hold a connection.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.end(
    `HTTP/1.1 ${statusOf(rule)} Refused\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\n` +
      `x-reeve-egress: ${rule}\r\nconnection: close\r\n\r\n${text}`,
  );
}

/** Let through, but the server did not answer. */
export function answerUnreachable(response: ServerResponse, host: string, why: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const text = `${host} did not answer: ${why}\n`;
  response.writeHead(502, STATUS_CODES[502], {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-reeve-egress': 'unreachable',
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
