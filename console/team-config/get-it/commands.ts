/** How a bundle comes into a repository; every command reads the key from `REEVE_API_KEY`. */
export type Way = 'tar' | 'merge' | 'clone' | 'subtree' | 'submodule';

export const tarOfVersion = (tarUrl: string, version: number): string => `${tarUrl}?version=${version}`;

/**
 * Unpacks a tar of the library where it is run. The key comes from its input: what stands behind a command can be read by everybody on the
 * machine, and `printf` is no program of its own.
 */
export const unpackTar = (tarUrl: string): string =>
  `printf 'header = "Authorization: Bearer %s"\\n' "$REEVE_API_KEY" | \\\n  curl -fsSL -K - ${tarUrl} | tar -x`;

const header = '-c http.extraHeader="Authorization: Bearer $REEVE_API_KEY"';

/** Of the bundle `slug`, at the addresses that the server told. */
export const commandsFor = (urls: { slug: string; tarUrl: string; gitUrl: string }): Record<Way, string> => ({
  tar: unpackTar(urls.tarUrl),
  merge: [
    `git remote add ${urls.slug} ${urls.gitUrl}`,
    `git ${header} fetch ${urls.slug}`,
    `git merge --allow-unrelated-histories ${urls.slug}/main`,
  ].join('\n'),
  clone: `git ${header} \\\n  clone ${urls.gitUrl}`,
  subtree: `git ${header} \\\n  subtree add --squash --prefix team-config/${urls.slug} ${urls.gitUrl} main`,
  submodule: `git ${header} \\\n  submodule add ${urls.gitUrl} team-config/${urls.slug}`,
});
