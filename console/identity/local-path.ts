/** Where to go after signing in: only places of this console, never another origin. */
export const localPath = (next: string | undefined): string =>
  next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/';
