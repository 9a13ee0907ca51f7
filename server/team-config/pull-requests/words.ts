/** Of its own in every repository, so that one pull request is gone on with. */
export const branchOf = (slug: string): string => `reeve/team-config-${slug}`;

export const titleOf = ({ name, version }: { name: string; version: number }): string =>
  `Team Config: ${name}, version ${version}`;

/** What the version says about itself, and where it comes from. */
export const bodyOf = ({ message, url }: { message: string; url: string }): string =>
  `${message === '' ? '' : `${message}\n\n`}---\n[The bundle in Reeve](${url})\n`;

export const commitMessageOf = ({ title, message, url }: { title: string; message: string; url: string }): string =>
  `${title}\n\n${message === '' ? '' : `${message}\n\n`}Bundle: ${url}\n`;
