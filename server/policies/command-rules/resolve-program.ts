import path from 'node:path';

/** Where a command runs; without it, relative paths stay relative. */
export interface Place {
  workingDirectory: string;
  home: string;
}

/** A program word as a path without `.`, `..` and doubled slashes, and its last part; null when there is no last part. */
export function resolveProgram(word: string, place: Place | null): { path: string; name: string } | null {
  const isHome = word === '~' || word.startsWith('~/');
  const fromHome = isHome ? path.posix.join(place?.home ?? '~', word.slice(1)) : word;
  const isKnown = place !== null || word.startsWith('/');
  const resolved = isKnown
    ? path.posix.resolve(place?.workingDirectory ?? '/', fromHome)
    : path.posix.normalize(fromHome);
  const name = path.posix.basename(resolved);
  return name === '' || name === '..' || (!isKnown && name === '.') ? null : { path: resolved, name };
}
