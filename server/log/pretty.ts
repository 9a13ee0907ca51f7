import { inspect } from 'node:util';

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'warn ',
  50: 'error',
  60: 'fatal',
};

const show = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"]+$/.test(value)
    ? value
    : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6 });

/** One JSON line for people: time, level, message, then the fields; an error's stack on lines of its own. */
export function prettyLine(line: string): string {
  const { time, level, msg = '', err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const { type, message, stack, ...errorFields } = (err ?? {}) as Record<string, unknown>;
  const clockTime = typeof time === 'string' ? time.slice(11, 23) : '';
  const rest = Object.entries({ ...fields, ...errorFields }).map(([name, value]) => `${name}=${show(value)}`);
  const head = [clockTime, levels[Number(level)] ?? level, msg, ...rest].filter((part) => part !== '').join(' ');
  const trace = stack ?? (message ? `${type}: ${message}` : '');
  return trace ? `${head}\n${String(trace).replaceAll(/^/gm, '    ')}\n` : `${head}\n`;
}
