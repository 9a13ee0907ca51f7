export type MarkdownBlock =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'list'; isOrdered: boolean; items: string[] }
  | { kind: 'text'; text: string };

const headingLine = /^(#{1,6})\s+(\S.*)$/;
const listLine = /^\s*([-*+]|\d+[.)])\s+(.*)$/;
const fenceLine = /^\s*(`{3,}|~{3,})/;

/** Without the `#` that may stand at its end. Step by step: one expression for it tries every place of a long line again and again. */
function headingText(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '#') end -= 1;
  return text.slice(0, end).trimEnd();
}

/**
 * As much of Markdown as makes instructions readable: headings, code, lists, paragraphs. Everything else stays the text that it is, and
 * nothing of it becomes HTML.
 */
export function markdownBlocks(source: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  const lines = source.split(/\r?\n/);
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0) blocks.push({ kind: 'text', text: paragraph.join(' ') });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const fence = fenceLine.exec(line)?.[1];
    const heading = headingLine.exec(line.trimEnd());
    const item = listLine.exec(line);
    if (fence !== undefined || heading || item || line.trim() === '') endParagraph();
    if (fence !== undefined) {
      const end = lines.findIndex((one, index) => index > at && one.trim().startsWith(fence));
      const stop = end === -1 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(at + 1, stop).join('\n') });
      at = stop;
    } else if (heading)
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: headingText(heading[2] ?? '') });
    else if (item) addItem(blocks, item[2] ?? '', /\d/.test(item[1] ?? ''));
    else if (line.trim() !== '') paragraph.push(line.trim());
  }
  endParagraph();
  return blocks;
}

function addItem(blocks: MarkdownBlock[], item: string, isOrdered: boolean): void {
  const last = blocks.at(-1);
  if (last?.kind === 'list' && last.isOrdered === isOrdered) last.items.push(item);
  else blocks.push({ kind: 'list', isOrdered, items: [item] });
}
