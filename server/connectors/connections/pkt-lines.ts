/** Lines as git's smart HTTP frames them (gitprotocol-common, “pkt-line”): four hex digits of length, then the text. */
export const pktLine = (text: string): string =>
  `${(Buffer.byteLength(text) + 4).toString(16).padStart(4, '0')}${text}`;

export const flush = '0000';
export const delimiter = '0001';

/** The lines without their ends; flushes and delimiters are left out. Null when it is not framed like this. */
export function readPktLines(body: Buffer): string[] | null {
  const lines: string[] = [];
  let at = 0;
  while (at < body.length) {
    const length = body.toString('latin1', at, at + 4);
    if (!/^[0-9a-f]{4}$/.test(length)) return null;
    const bytes = Number.parseInt(length, 16);
    if (bytes > 4) {
      if (at + bytes > body.length) return null;
      lines.push(body.toString('utf8', at + 4, at + bytes).replace(/\n$/, ''));
    }
    at += Math.max(bytes, 4);
  }
  return lines;
}
