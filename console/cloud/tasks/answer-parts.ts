export type AnswerPart = { kind: 'text' | 'code' | 'heading'; text: string } | { kind: 'list'; items: string[] };

const fence = /^\s*```/;
const bullet = /^\s{0,3}[-*] (.*)$/;
const heading = /^#{1,6} (.*)$/;

/** Takes what a model wrote apart: fenced code, lists, headings, and text that stays as it is. What is not closed goes to the end. */
export function answerParts(answer: string): AnswerPart[] {
  const parts: AnswerPart[] = [];
  let code: string[] | null = null;
  for (const line of answer.split('\n')) {
    const last = parts.at(-1);
    if (fence.test(line)) {
      if (code) parts.push({ kind: 'code', text: code.join('\n') });
      code = code ? null : [];
    } else if (code) code.push(line);
    else if (bullet.test(line)) {
      const item = bullet.exec(line)?.[1] ?? '';
      if (last?.kind === 'list') last.items.push(item);
      else parts.push({ kind: 'list', items: [item] });
    } else if (heading.test(line)) parts.push({ kind: 'heading', text: heading.exec(line)?.[1] ?? '' });
    else if (last?.kind === 'text') last.text += `\n${line}`;
    else if (line.trim() !== '') parts.push({ kind: 'text', text: line });
  }
  if (code) parts.push({ kind: 'code', text: code.join('\n') });
  return parts.map((part) => (part.kind === 'text' ? { ...part, text: part.text.trim() } : part));
}
