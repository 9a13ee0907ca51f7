import { ReeveError } from '#server/fail.ts';
import { readServerUrl } from '../github/addresses.ts';

export interface RepositoryUrl {
  /** As one clones it, without a slash at its end. */
  url: string;
  /** `group/project` of `https://git.example.com/group/project.git` */
  repository: string;
}

const refuse = (message: string) => new ReeveError('bad-input', { issues: [{ path: ['url'], message }] }, { message });

/** Where the path holds what is no escape, from its `%` on. */
const brokenEscape = /%(?![0-9a-f]{2})[^/]{0,2}/i;
const shown = (text: string): string => JSON.stringify(text);

/** @throws ReeveError bad-input with what is wrong in which part */
function decodePart(part: string): string {
  const broken = brokenEscape.exec(part)?.[0];
  if (broken)
    throw refuse(`In the address, ${shown(broken)} of ${shown(part)} is no escape: two hex digits follow a %.`);
  try {
    return decodeURIComponent(part);
  } catch {
    throw refuse(`In the address, the escapes of ${shown(part)} are no text in UTF-8.`);
  }
}

/** Git servers have no names with these, and a name is shown to people. */
const oddCharacter = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u;

/**
 * The address of a repository, and its name.
 * @throws ReeveError bad-input: no https address, one with a password, one that Reeve does not call, one that is no address of a repository
 */
export function readRepositoryUrl(text: string): RepositoryUrl {
  const url = readServerUrl(text);
  const parts = new URL(url).pathname.split('/').slice(1).map(decodePart);
  for (const part of parts) {
    if (oddCharacter.test(part)) throw refuse(`In the address, ${shown(part)} has a character that nobody can see.`);
    if (part.includes('/')) throw refuse(`In the address, ${shown(part)} has an escaped slash.`);
    if (part === '.' || part === '..') throw refuse(`In the address, ${shown(part)} is no part of a repository.`);
  }
  const repository = parts.join('/').replace(/\.git$/, '');
  if (repository === '') throw refuse('The address names a server and no repository of it.');
  if (parts.includes('')) throw refuse('The address has two slashes in a row.');
  return { url, repository };
}
