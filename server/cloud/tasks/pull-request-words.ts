const longestBranchWords = 40;

/** `codex/fix-the-login-01a2b3`: readable, and no other task's. */
export function branchNameOf(title: string, taskId: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, longestBranchWords)
    .replace(/-+$/, '');
  return `codex/${words === '' ? 'task' : words}-${taskId.slice(-8)}`;
}

export const taskUrl = (origin: string, taskId: string): string => `${origin}/codex/tasks/${taskId}`;

const longestAnswer = 50_000;

/** What the agent said, and where it comes from. The prompt stays between the member and Codex. */
export function bodyOf({ answer, url }: { answer: string | null; url: string }): string {
  const said = (answer ?? '').trim();
  const kept = said.length > longestAnswer ? `${said.slice(0, longestAnswer).toWellFormed()}…` : said;
  return `${kept === '' ? '' : `${kept}\n\n`}---\n[The task in Codex](${url})\n`;
}

export const commitMessageOf = ({ title, url }: { title: string; url: string }): string => `${title}\n\nTask: ${url}\n`;
