/**
 * A machine as somebody set it up, for asking the stock client and this engine the same question. In all texts `$WORK` is the layout's own
 * work folder, `$CODEX_HOME` and `$HOME` are the machine's.
 */
export interface Layout {
  name: string;
  /** `$CODEX_HOME/config.toml`. */
  user?: string;
  /** Below `$CODEX_HOME`, e.g. profiles. */
  home?: Readonly<Record<string, string>>;
  /** Below `/etc/codex`. */
  system?: Readonly<Record<string, string>>;
  /** Below `$WORK`. */
  work?: Readonly<Record<string, string>>;
  /** Run in `$WORK` once the files are there. */
  shell?: string;
  /** Relative to `$WORK`. */
  cwd?: string;
  flags?: readonly string[];
  profile?: string;
  /** Fragments that come with the policy, the first one first. */
  defaults?: readonly string[];
  requirements?: readonly string[];
  /** The client does not start, with these words; the key or line this engine names is `at`. */
  refused?: { client: RegExp; ours: RegExp };
  /** Compares what the client warns of at its start as well. */
  warns?: true;
  /** Compares what a conversation really gets: approvals, reviewer and sandbox. */
  session?: true;
}

/** Makes a folder of `$WORK` a repository: the client wants no more than a HEAD. */
export const repository = (folder = ''): Record<string, string> => ({
  [folder === '' ? '.git/HEAD' : `${folder}/.git/HEAD`]: 'ref: refs/heads/main\n',
});

export const trusted = (...folders: string[]): string =>
  folders.map((folder) => `[projects."$WORK${folder}"]\ntrust_level = "trusted"\n`).join('');

export const untrusted = (...folders: string[]): string =>
  folders.map((folder) => `[projects."$WORK${folder}"]\ntrust_level = "untrusted"\n`).join('');
