/** The reader's own system, as a first choice only. */
export function guessSystem(userAgent: string): 'linux' | 'macos' | 'windows' {
  if (/Windows/.test(userAgent)) return 'windows';
  return /Mac OS X|Macintosh/.test(userAgent) ? 'macos' : 'linux';
}
