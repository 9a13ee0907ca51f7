const isPort = (text: string): boolean => /^[0-9]+$/.test(text);

/** The host of a `network_rule` as the client stores it, or why it refuses it. */
export function checkHost(written: string): { host: string } | { problem: string } {
  let host = written.trim();
  if (host === '') return { problem: 'The host is empty.' };
  if (/[/?#]/.test(host)) return { problem: 'A host has no scheme and no path.' };
  if (host.startsWith('[')) {
    const end = host.indexOf(']');
    const rest = host.slice(end + 1);
    if (end === -1) return { problem: 'The address in brackets has no end.' };
    if (rest !== '' && !(rest.startsWith(':') && isPort(rest.slice(1)))) {
      return { problem: 'After the brackets only a port may follow.' };
    }
    host = host.slice(1, end);
  } else if (/^[^:]+:[0-9]+$/.test(host)) host = host.slice(0, host.indexOf(':'));
  host = host
    .replace(/\.+$/, '')
    .trim()
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (host === '') return { problem: 'The host is empty.' };
  if (host.includes('*')) return { problem: 'A host is one host; wildcards are not allowed here.' };
  return /\s/.test(host) ? { problem: 'A host has no spaces.' } : { host };
}
