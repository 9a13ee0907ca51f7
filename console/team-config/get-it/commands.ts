/** How a bundle comes into a repository; every command reads the key from `REEVE_API_KEY`. */
export type Way = 'tar' | 'merge' | 'clone' | 'subtree' | 'submodule';

export const tarOfVersion = (tarUrl: string, version: number): string => `${tarUrl}?version=${version}`;

const header = '-c http.extraHeader="Authorization: Bearer $REEVE_API_KEY"';

/** Of the bundle `slug`, at the addresses that the server told. */
export const commandsFor = (urls: { slug: string; tarUrl: string; gitUrl: string }): Record<Way, string> => ({
  // From its input: what stands behind a command can be read by everybody on the machine. `printf` is no program of its own.
  tar: `printf 'header = "Authorization: Bearer %s"\\n' "$REEVE_API_KEY" | \\\n  curl -fsSL -K - ${urls.tarUrl} | tar -x`,
  merge: [
    `git remote add ${urls.slug} ${urls.gitUrl}`,
    `git ${header} fetch ${urls.slug}`,
    `git merge --allow-unrelated-histories ${urls.slug}/main`,
  ].join('\n'),
  clone: `git ${header} \\\n  clone ${urls.gitUrl}`,
  subtree: `git ${header} \\\n  subtree add --squash --prefix team-config/${urls.slug} ${urls.gitUrl} main`,
  submodule: `git ${header} \\\n  submodule add ${urls.gitUrl} team-config/${urls.slug}`,
});
