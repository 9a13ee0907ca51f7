/** Replaces a stretch of text; an empty stretch inserts. */
export interface TextEdit {
  from: number;
  to: number;
  text: string;
}

/** All at once; stretches must not overlap. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const edit of [...edits].sort((left, right) => right.from - left.from || right.to - left.to))
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to);
  return result;
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Behind the line break, or the end of the document. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

/** From the start of the first line to behind the last one. */
export const wholeLines = (text: string, [from, to]: readonly [number, number]): TextEdit => ({
  from: lineStart(text, from),
  to: lineEnd(text, to),
  text: '',
});

/** Lines of their own behind the line of this offset, which may be the last one without a line break. */
export function insertLinesAfter(text: string, at: number, lines: string, newline: string): TextEdit {
  const place = lineEnd(text, at);
  const isOpen = place === text.length && !text.endsWith('\n') && text.length > 0;
  return { from: place, to: place, text: (isOpen ? newline : '') + lines };
}

export const indentOf = (text: string, at: number): string =>
  /^[ \t]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? '';

/** The next character that is neither space nor in a comment: inside brackets, so line breaks do not count. */
export function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1;
    if (text[at] !== '#') return at;
    at = lineEnd(text, at);
  }
}
