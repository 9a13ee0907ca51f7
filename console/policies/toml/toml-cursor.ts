/** Where a place in a TOML document is, as far as what stands before it says. */
export interface TomlCursor {
  /** `header`: inside `[…]`; `key`: before `=`; `value`: after it; `none`: in a comment, or where nothing can be added. */
  kind: 'header' | 'key' | 'value' | 'none';
  /** The table or list the place is in, `*` for any entry of a list; for a value the key itself is its end. */
  path: string[];
  /** What has been typed of the word here, and where it begins. */
  typed: string;
  from: number;
  isInString: boolean;
}

/** A list or an inline table that is still open, or the document itself. */
interface Frame {
  kind: 'document' | 'list' | 'table';
  path: string[];
  /** The key whose value comes next; null: a key comes next. */
  key: string[] | null;
}

const bareKey = /[A-Za-z0-9_-]/;

/** Reads from the start: TOML says what a line means only by what is open above it. */
export function tomlCursor(text: string, offset: number): TomlCursor {
  return new Reader(text.slice(0, offset)).read();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #frames: Frame[] = [{ kind: 'document', path: [], key: null }];

  constructor(text: string) {
    this.#text = text;
  }

  read(): TomlCursor {
    while (this.#at < this.#text.length) {
      const ended = this.#step();
      if (ended) return ended;
    }
    return this.#cursor('', this.#text.length, false);
  }

  get #top(): Frame {
    const top = this.#frames.at(-1);
    if (!top) throw new Error('the document itself never closes');
    return top;
  }

  /** @returns the cursor when the text ends inside what begins here */
  #step(): TomlCursor | null {
    const char = this.#text[this.#at] ?? '';
    if (char === '#') return this.#comment();
    if (char === '\n') this.#line();
    else if (char === '[' && this.#top.kind === 'document' && this.#top.key === null) return this.#header();
    else if (this.#wantsKey && (bareKey.test(char) || char === '"' || char === "'")) return this.#keys();
    else if (char === '"' || char === "'") return this.#string(char);
    else if (char === '[') this.#open('list');
    else if (char === '{') this.#open('table');
    else if (char === ']' || char === '}') this.#close();
    else if (char === ',' && this.#top.kind === 'table') this.#top.key = null;
    else if (this.#wantsValue && bareKey.test(char)) return this.#bareValue();
    this.#at += 1;
    return null;
  }

  get #wantsKey(): boolean {
    return this.#top.kind !== 'list' && this.#top.key === null;
  }

  get #wantsValue(): boolean {
    return !this.#wantsKey;
  }

  #comment(): TomlCursor | null {
    const end = this.#text.indexOf('\n', this.#at);
    if (end === -1) return { kind: 'none', path: this.#place(), typed: '', from: this.#text.length, isInString: false };
    this.#at = end;
    return null;
  }

  /** A value of the document ends with its line; lists go on, and inline tables do in newer TOML. */
  #line(): void {
    if (this.#top.kind === 'document') this.#top.key = null;
  }

  #header(): TomlCursor | null {
    const start = this.#at;
    const end = this.#text.indexOf('\n', start);
    const line = this.#text.slice(start, end === -1 ? undefined : end);
    const isList = line.startsWith('[[');
    const inside = line.slice(isList ? 2 : 1);
    const closing = closingBracket(inside);
    if (closing === -1) {
      if (end === -1) return headerCursor(inside, this.#text.length);
      this.#at = end;
      return null;
    }
    const path = splitKeys(inside.slice(0, closing));
    this.#frames = [{ kind: 'document', path: isList ? [...path, '*'] : path, key: null }];
    this.#at = start + (isList ? 2 : 1) + closing + 1;
    while (this.#text[this.#at] === ']') this.#at += 1;
    return null;
  }

  #keys(): TomlCursor | null {
    const start = this.#at;
    const keys = /^(?:\s*(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*(?:\.|(?==)|$)?)+/.exec(
      this.#text.slice(start),
    )?.[0];
    const length = keys?.length ?? 1;
    this.#at = start + length;
    if (this.#text[this.#at] === '=') {
      this.#top.key = splitKeys(this.#text.slice(start, this.#at));
      this.#at += 1;
      return null;
    }
    if (this.#at < this.#text.length) return null;
    const written = this.#text.slice(start);
    const dot = lastDot(written);
    const typed = written.slice(dot + 1).trimStart();
    return {
      kind: 'key',
      path: [...this.#top.path, ...splitKeys(written.slice(0, Math.max(dot, 0)))],
      typed,
      from: this.#text.length - typed.length,
      isInString: /^["']/.test(typed),
    };
  }

  #string(quote: string): TomlCursor | null {
    const start = this.#at;
    const isLong = this.#text.startsWith(quote.repeat(3), start);
    const mark = isLong ? quote.repeat(3) : quote;
    let at = start + mark.length;
    while (at < this.#text.length && !this.#text.startsWith(mark, at)) {
      if (!isLong && this.#text[at] === '\n') break;
      at += quote === '"' && this.#text[at] === '\\' ? 2 : 1;
    }
    if (at >= this.#text.length) {
      const from = start + mark.length;
      return this.#cursor(this.#text.slice(from), from, true);
    }
    this.#at = this.#text[at] === '\n' ? at : at + mark.length;
    return null;
  }

  #bareValue(): TomlCursor | null {
    const start = this.#at;
    while (this.#at < this.#text.length && /[A-Za-z0-9_.+:-]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#at === this.#text.length ? this.#cursor(this.#text.slice(start), start, false) : null;
  }

  #open(kind: 'list' | 'table'): void {
    this.#frames.push({ kind, path: this.#place(), key: null });
  }

  #close(): void {
    if (this.#frames.length > 1) this.#frames.pop();
  }

  /** Where the next value goes. */
  #place(): string[] {
    const { kind, path, key } = this.#top;
    return kind === 'list' ? [...path, '*'] : [...path, ...(key ?? [])];
  }

  #cursor(typed: string, from: number, isInString: boolean): TomlCursor {
    const kind = this.#wantsKey ? 'key' : 'value';
    return { kind, path: this.#place(), typed, from, isInString };
  }
}

function headerCursor(written: string, offset: number): TomlCursor {
  const dot = lastDot(written);
  const typed = written.slice(dot + 1).trimStart();
  return {
    kind: 'header',
    path: splitKeys(written.slice(0, Math.max(dot, 0))),
    typed,
    from: offset - typed.length,
    isInString: /^["']/.test(typed),
  };
}

function closingBracket(text: string): number {
  return /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*/.exec(text)?.[0].length === text.length
    ? -1
    : (/^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*/.exec(text)?.[0].length ?? -1);
}

/** The last dot between keys; dots inside quotes are part of a key. */
function lastDot(text: string): number {
  let found = -1;
  let quote = '';
  for (const [index, char] of [...text].entries()) {
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '.') found = index;
  }
  return found;
}

/** `a."b.c".d` as its keys. */
export function splitKeys(text: string): string[] {
  const parts = text.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g) ?? [];
  return parts.map((part) => {
    if (part.startsWith("'")) return part.slice(1, -1);
    if (!part.startsWith('"')) return part;
    try {
      return String(JSON.parse(part));
    } catch {
      return part.slice(1, -1);
    }
  });
}
