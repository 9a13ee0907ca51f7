import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Config } from '#server/config.ts';
import { prettyLine } from './pretty.ts';
import { redactLine } from './redact.ts';
import { currentRequestId } from './request-id.ts';

/**
 * The log of this process, on standard error: standard output belongs to what a command answers. No secret reaches it, see `redact.ts`.
 * `to` takes whole lines, for tests.
 */
export function createLogger(
  { level, format }: Config['log'],
  to: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  const redacting: DestinationStream = {
    write(line) {
      const clean = redactLine(line);
      to.write(isPretty ? prettyLine(clean) : clean);
    },
  };
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      mixin: () => {
        const requestId = currentRequestId();
        return requestId === undefined ? {} : { requestId };
      },
    },
    redacting,
  );
}
