import { exitCodes, Refused } from '#server/refused.ts';

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing answers there. Is PostgreSQL running, and are host and port right?',
  ENOTFOUND: 'The host is not known to this machine. Check its name.',
  EAI_AGAIN: 'The host name could not be looked up just now. Check its name and the network.',
  ETIMEDOUT: 'The host does not answer. Check the address and the firewall.',
  EHOSTUNREACH: 'There is no route to the host. Check the address and the network.',
  ECONNRESET:
    'The server closed the connection. Check that it is PostgreSQL, and whether it wants TLS (?sslmode=require).',
  '28P01': 'The password is wrong.',
  '28000': 'The server refuses this user. Check the user name and pg_hba.conf.',
  '3D000': 'The database does not exist. Make it with: createdb',
  '42501': 'The user may not create tables. Make it the owner of the database.',
  '57P03': 'The server is starting or stopping. Try again in a moment.',
  '53300': 'The server has no connection left. Raise max_connections or run fewer processes.',
};

/** The code of the innermost error; PGlite and Kysely wrap it, and a host with several addresses gives an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? codeOf(error.errors[0]) : codeOf(error.cause);
  return inner ?? (error as NodeJS.ErrnoException).code;
}

/** Why the database cannot be used, for the operator. The URL's password is never repeated. */
export function databaseRefused(
  cause: unknown,
  { url, dataFolder }: { url: string | null; dataFolder: string },
): Refused {
  const code = codeOf(cause);
  const problem = cause instanceof Error ? cause.message : String(cause);
  const options = { cause, exitCode: exitCodes.unavailable };
  if (url === null) {
    const isFull = code === 'ENOSPC' || /no space left/i.test(problem);
    const next = isFull
      ? 'The disk is full: free some space, then start again.'
      : 'If it was damaged, restore a backup: reeve restore FILE --replace';
    return new Refused(`The embedded database in ${dataFolder}/db cannot be opened (${problem}). ${next}`, options);
  }
  const { hostname, port, pathname } = new URL(url);
  const place = `${hostname}:${port || '5432'}${pathname}`;
  return new Refused(
    `REEVE_DATABASE_URL: the database at ${place} cannot be used (${code ?? problem}). ${advice[code ?? ''] ?? problem}`,
    options,
  );
}
