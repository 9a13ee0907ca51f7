// Observed on 0.169.0: a command line with any of these outside quotes is not split into commands.
const SPECIAL = /[\\*?[\]{}~^#$`'"&|;<>() \t\r\n]/;

/** What the grammar reads as a statement of its own, never as the name of a command. */
const KEYWORDS: ReadonlySet<string> = new Set(
  '[ [[ ! { if then else elif fi for select while until do done case esac in function export declare local readonly typeset unset unsetenv'.split(
    ' ',
  ),
);

/** Programs whose rules apply to whole command lines: what the client runs is `/bin/bash -lc '<command line>'`. */
const SHELLS: ReadonlySet<string> = new Set(['bash', 'zsh', 'sh']);

/** The character that makes a word unwritable without quotes, or null. */
export function specialCharacter(word: string): string | null {
  return SPECIAL.exec(word)?.[0] ?? null;
}

/** Why no command the client splits off can start with this word, or null. The first word counts only unquoted. */
export function problemOfFirstWord(word: string): string | null {
  const special = specialCharacter(word);
  if (special !== null) return `it contains ${special.trim() === '' ? 'a space' : special}`;
  if (KEYWORDS.has(word)) return `the shell reads ${word} as a statement of its own`;
  if (/^\d+$/.test(word)) return 'a number is not the name of a command';
  return /^[A-Za-z_]\w*\+?=/.test(word) ? 'the shell reads it as an assignment' : null;
}

/** True for a shell by name or by path: its rules catch every command line that is not split. */
export function isShell(word: string): boolean {
  return SHELLS.has(word.slice(word.lastIndexOf('/') + 1));
}
