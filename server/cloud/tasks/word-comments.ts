export interface WordedComment {
  path: string;
  side: 'old' | 'new';
  line: number;
  text: string;
}

const place = ({ path, side, line }: WordedComment): string =>
  `${path}, line ${line}${side === 'old' ? ' of the file before the changes' : ''}`;

const indented = (text: string): string => text.replaceAll(/\r?\n/g, '\n   ');

/** What the agent reads after the prompt of a turn with which comments on the diff go along. Empty without any. */
export function wordComments(comments: readonly WordedComment[]): string {
  if (comments.length === 0) return '';
  const listed = comments.map((comment, index) => `${index + 1}. ${place(comment)}:\n   ${indented(comment.text)}`);
  return `\n\nComments on the changes made so far, each about one line of a file:\n\n${listed.join('\n')}`;
}

/** The other way round: what the member wrote. */
export function withoutComments(prompt: string, comments: readonly WordedComment[]): string {
  const worded = wordComments(comments);
  return worded !== '' && prompt.endsWith(worded) ? prompt.slice(0, -worded.length) : prompt;
}
