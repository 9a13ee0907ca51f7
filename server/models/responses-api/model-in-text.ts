const quote = 0x22;
const backslash = 0x5c;
const opens = new Set([0x7b, 0x5b]);
const closes = new Set([0x7d, 0x5d]);
const space = new Set([0x20, 0x09, 0x0a, 0x0d]);

interface Span {
  start: number;
  end: number;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at + 1;
}

function afterColon(text: string, start: number): number | null {
  let at = start;
  while (space.has(text.charCodeAt(at))) at += 1;
  if (text[at] !== ':') return null;
  at += 1;
  while (space.has(text.charCodeAt(at))) at += 1;
  return at;
}

/** Where the values of the top-level property `model` stand. `text` is known to be a JSON object whose `model` is a string. */
function modelSpans(text: string): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code !== quote) {
      if (opens.has(code)) depth += 1;
      else if (closes.has(code)) depth -= 1;
      at += 1;
      continue;
    }
    const end = endOfString(text, at);
    const value = depth === 1 ? afterColon(text, end) : null;
    // Keys may be written with escapes, so they are compared as parsed.
    if (value !== null && JSON.parse(text.slice(at, end)) === 'model') {
      const valueEnd = text.charCodeAt(value) === quote ? endOfString(text, value) : value;
      spans.push({ start: value, end: valueEnd });
      at = valueEnd;
    } else at = end;
  }
  return spans;
}

/** How often a valid JSON object names `model` at its top: twice means that two readers may disagree about which one counts. */
export const countModels = (text: string): number => modelSpans(text).length;

/** The same text with another model; every other byte stays as the client wrote it. */
export function replaceModel(text: string, model: string): string {
  const [span] = modelSpans(text);
  if (!span) return text;
  return text.slice(0, span.start) + JSON.stringify(model) + text.slice(span.end);
}
