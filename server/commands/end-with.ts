import { ConfigRefused } from '#server/config.ts';
import { DataFolderInUse } from '#server/data-lock.ts';
import { redactText } from '#server/log/redact.ts';
import { exitCodes, Refused } from '#server/refused.ts';

const exitCodeOf = (error: unknown): number => {
  if (error instanceof Refused) return error.exitCode;
  if (error instanceof ConfigRefused) return exitCodes.badConfig;
  return error instanceof DataFolderInUse ? exitCodes.inUse : exitCodes.failed;
};

const isExpected = (error: unknown): boolean =>
  error instanceof Refused || error instanceof ConfigRefused || error instanceof DataFolderInUse;

/** Tells on standard error why a command ended, and sets its exit code. Only what is a bug of ours comes with a stack trace. */
export function endWith(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\n${redactText(isExpected(error) ? text : unexpected(error))}\n`);
  process.exitCode = exitCodeOf(error);
}

const unexpected = (error: unknown): string => {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `Reeve failed in a way it does not know. Please report this, with what you did:\n${trace}${cause}`;
};
