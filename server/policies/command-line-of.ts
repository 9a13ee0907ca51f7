import { z } from 'zod';

/** The arguments of the shell tools of clients: `cmd` (exec_command), `command` as text or as words (shell, local_shell). */
const Arguments = z.union([
  z.object({ cmd: z.string() }).transform(({ cmd }) => cmd),
  z.object({ command: z.union([z.string(), z.array(z.string()).min(1)]) }).transform(({ command }) => command),
]);

const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function fromWords(words: readonly string[]): string {
  const [shell = '', flag = '', script] = words;
  const isScript = words.length === 3 && /(?:^|\/)(?:ba|z|da)?sh$/.test(shell) && /^-l?c$/.test(flag);
  return isScript && script !== undefined ? script : words.map(quoted).join(' ');
}

/** The command line in the arguments of a tool call; null where the tool runs no command. Looked at in memory only. */
export function commandLineOf(toolArguments: string): string | null {
  try {
    const read = Arguments.safeParse(JSON.parse(toolArguments));
    if (!read.success) return null;
    return typeof read.data === 'string' ? read.data : fromWords(read.data);
  } catch {
    return null;
  }
}
