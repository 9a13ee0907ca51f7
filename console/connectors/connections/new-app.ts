/** GitHub's limit. */
const longestName = 34;

/** `Reeve Example Ltd`, as far as it fits. */
export const appNameFor = (workspace: string): string => `Reeve ${workspace}`.slice(0, longestName).trim();

/** @returns what is wrong with it */
export function checkBaseUrl(text: string): string | null {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null) return 'Write its whole address, for example https://github.example.com.';
  const isLoopback = url.hostname === 'localhost' || url.hostname.startsWith('127.');
  if (url.protocol !== 'https:' && !(isLoopback && url.protocol === 'http:')) return 'Is no https address.';
  return null;
}

/** @returns what is wrong with it */
export const checkOrganization = (login: string): string | null =>
  /^[A-Za-z0-9-]{1,39}$/.test(login.trim())
    ? null
    : 'Write its name as in its address: letters, digits and hyphens, 39 at most.';
