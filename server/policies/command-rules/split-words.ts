interface Reader {
  text: string;
  at: number;
}

function readDoubleQuoted(reader: Reader): string | null {
  let word = '';
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at] ?? '';
    reader.at += 1;
    if (character === '"') return word;
    if (character !== '\\') {
      word += character;
      continue;
    }
    const next = reader.text[reader.at];
    if (next === undefined) return null;
    reader.at += 1;
    if (next !== '\n') word += '$`"\\'.includes(next) ? next : `\\${next}`;
  }
  return null;
}

function readWord(reader: Reader): string | null {
  let word = '';
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at] ?? '';
    reader.at += 1;
    if (/[ \t\n]/.test(character)) return word;
    if (character === '"') {
      const quoted = readDoubleQuoted(reader);
      if (quoted === null) return null;
      word += quoted;
    } else if (character === "'") {
      const end = reader.text.indexOf("'", reader.at);
      if (end === -1) return null;
      word += reader.text.slice(reader.at, end);
      reader.at = end + 1;
    } else if (character === '\\') {
      const next = reader.text[reader.at];
      if (next === undefined) return null;
      reader.at += 1;
      if (next !== '\n') word += next;
    } else word += character;
  }
  return word;
}

/**
 * Splits an example of a rule into words as the client does: POSIX quoting, `#` starts a comment where a word would
 * start, nothing is expanded. Null when a quote has no end or a backslash stands last.
 */
export function splitWords(text: string): string[] | null {
  const reader = { text, at: 0 };
  const words: string[] = [];
  while (reader.at < text.length) {
    const character = text[reader.at] ?? '';
    if (/[ \t\n]/.test(character)) reader.at += 1;
    else if (character === '#') {
      const end = text.indexOf('\n', reader.at);
      reader.at = end === -1 ? text.length : end;
    } else {
      const word = readWord(reader);
      if (word === null) return null;
      words.push(word);
    }
  }
  return words;
}
