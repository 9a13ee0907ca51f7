import { ReeveError } from '#server/fail.ts';

const bad = (path: 'repository' | 'folder', message: string) =>
  new ReeveError('bad-input', { issues: [{ path: [path], message }] });

/** `git@host:owner/name`, as ssh takes it: no scheme, and the colon is no port. */
const scpLike = /^(?:[^@/\s]+@)?([^:/@\s]+):(?!\/\/)(.+)$/;
const withScheme = /^([a-z][a-z0-9+.-]*):\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?([^?#]*)/i;
const usualPort: Record<string, string> = { http: '80', https: '443', git: '9418' };

function partsOf(given: string): { host: string; path: string } | null {
  const url = withScheme.exec(given);
  if (url) {
    const [, scheme = '', host = '', port, path = ''] = url;
    // The port of ssh says nothing about which repository it is: https reaches the same one elsewhere.
    const isSaid = port !== undefined && !/ssh/i.test(scheme) && usualPort[scheme.toLowerCase()] !== port;
    return { host: isSaid ? `${host}:${port}` : host, path };
  }
  // `github.com/acme/shop`, also with a port or with credentials.
  const plain = /^(?:[^/@]*@)?([^/:@\s]+\.[^/:@\s]+(?::\d+)?)\/(.+)$/.exec(given);
  if (plain) return { host: plain[1] ?? '', path: plain[2] ?? '' };
  const scp = scpLike.exec(given);
  return scp ? { host: scp[1] ?? '', path: scp[2] ?? '' } : null;
}

/**
 * A repository under the one name it has here, whichever address of it somebody uses: no scheme, no credentials, no `.git`, the host in
 * small letters. `git@GitHub.com:acme/shop.git` and `https://token@github.com/acme/shop` are `github.com/acme/shop`.
 * @throws ReeveError bad-input
 */
export function repositoryName(given: string): string {
  const parts = partsOf(given.trim());
  const path = parts?.path
    .replace(/[?#].*$/, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\.git$/i, '')
    .replace(/\/+$/, '');
  if (!parts || !path || /\p{Cc}|@/u.test(`${parts.host}${path}`) || path.split('/').some((name) => name === '..'))
    throw bad('repository', 'Give the address of the repository, for example github.com/acme/shop.');
  return `${parts.host.toLowerCase()}/${path}`;
}

/** Within the repository, without `/` at its ends; empty is the root. @throws ReeveError bad-input */
export function folderName(given: string): string {
  const names = given.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..') || /[\p{Cc}\\]/u.test(given))
    throw bad('folder', 'Give a folder within the repository, with “/”.');
  return names.join('/');
}
