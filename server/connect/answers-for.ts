import { connect } from 'node:tls';
import type { VendorName } from './vendor-names.ts';

interface AnswersForOptions {
  reeve: URL;
  name: VendorName;
  authorityPem: string | null;
  timeoutMs: number;
}

/** Null when the server there proves to be `name` by a certificate we trust; otherwise what is wrong and what to do. */
export function answersFor({ reeve, name, authorityPem, timeoutMs }: AnswersForOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({
      host: reeve.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: reeve.port === '' ? 443 : Number(reeve.port),
      servername: name,
      minVersion: 'TLSv1.2',
      // Nothing is sent here; the verdict is read below, so that a bad certificate can be told from a bad connection.
      rejectUnauthorized: false,
      ...(authorityPem === null ? {} : { ca: authorityPem }),
    });
    const settle = (problem: string | null) => {
      resolve(problem);
      socket.destroy();
    };
    socket.setTimeout(timeoutMs, () => settle(`no answer within ${timeoutMs} ms`));
    socket.once('error', (error) => settle(error.message));
    socket.once('secureConnect', () => {
      if (socket.authorized) return settle(null);
      settle(
        `it does not present a trusted certificate for ${name} (${socket.authorizationError}). Its operator has to turn proxy ` +
          'mode on, and this proxy has to know the authority of that certificate.',
      );
    });
  });
}
